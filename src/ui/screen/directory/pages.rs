//! People of the white pages in the directory: found by the same search, shown below one's own with the
//! name of where they are from, and taken over by a press.

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, row},
};

use super::{Act, Directory, Message, Question};
use crate::{
    engine::{Completion, CompletionKind, Error, UndoToken},
    model::ContactId,
    ui::{
        screen::{Action, Toast, Undo, words::error_text},
        theme::{Icon, Look, SEMIBOLD, Type, icon},
        widget::{El, button, ellipsis},
    },
    wording,
};

/// What came of asking the white pages.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Pages {
    /// They were not asked, or had nobody.
    #[default]
    Nobody,
    /// Some, and those of them that one's own directory does not show.
    Found { all: Vec<Completion>, strangers: Vec<Completion> },
    /// They did not answer.
    Failed(Error),
}

impl Directory {
    /// The search changed: nobody of the one before stands there, and the white pages are asked.
    pub(super) fn ask_pages(&mut self) -> Act {
        self.pages = Pages::Nobody;
        let search = self.search.trim();
        match search.is_empty() {
            true => Action::None,
            false => Action::Ask(Question::Pages(self.asked, search.to_owned())),
        }
    }

    pub(super) fn pages_here(&mut self, result: Result<Vec<Completion>, Error>) -> Act {
        self.pages = match result {
            Ok(found) if found.is_empty() => Pages::Nobody,
            Ok(all) => Pages::Found { all, strangers: Vec::new() },
            Err(error) => Pages::Failed(error),
        };
        self.part_pages();
        Action::None
    }

    pub(super) fn page_added(&mut self, ids: &[ContactId], token: UndoToken) -> Act {
        let said = Toast::new(Icon::UserRoundPlus, fl!("toast-cards-added", count = ids.len()));
        let shown = ids.first().map_or(Action::None, |id| self.select(*id));
        Action::Toast(said.undo(Undo::Engine(token))).and(shown).and(self.reload())
    }

    /// Parts those of the white pages whose address nobody shown has from the others; to be called where
    /// either changes.
    pub(super) fn part_pages(&mut self) {
        let Pages::Found { all, strangers } = &mut self.pages else { return };
        let own: Vec<_> = self.people.iter().flat_map(|person| &person.emails).collect();
        let is_own =
            |page: &Completion| own.iter().any(|a| a.addr.same_mailbox(&page.address.addr));
        *strangers = all.iter().filter(|page| !is_own(page)).cloned().collect();
    }

    fn strangers(&self) -> &[Completion] {
        match &self.pages {
            Pages::Found { strangers, .. } => strangers,
            Pages::Nobody | Pages::Failed(_) => &[],
        }
    }

    /// Whether there is something to show of the white pages.
    pub(super) fn has_pages(&self) -> bool {
        matches!(self.pages, Pages::Failed(_)) || !self.strangers().is_empty()
    }

    /// The people of the white pages.
    pub(super) fn pages_view<'a>(&'a self, look: Look) -> El<'a, Message> {
        let c = look.c;
        let head = Padding { left: 12.0, top: 8.0, bottom: 6.0, ..Padding::ZERO };
        let mut all = column![];
        if let Pages::Failed(error) = &self.pages {
            let said = fl!("directory-pages-failed", why = error_text(error));
            return container(look.text(Type::Small, said).color(c.text_2)).padding(head).into();
        }
        for (at, page) in self.strangers().iter().enumerate() {
            if let (0, CompletionKind::Elsewhere { directory, .. }) = (at, &page.kind) {
                let title = look.text(Type::Small, directory.as_str()).font(SEMIBOLD);
                all = all.push(container(title.color(c.text_2)).padding(head));
            }
            let (name, detail) = wording::people::completion(page);
            let add = button::outline_small(look, fl!("directory-add-page"));
            let line = row![
                icon(Icon::BookUser, 20.0, c.text_2),
                column![
                    ellipsis(look, Type::Ui, name).font(SEMIBOLD).color(c.text),
                    ellipsis(look, Type::Small, detail).color(c.text_2),
                ]
                .spacing(1)
                .width(Length::Fill),
                add.on_press(Message::AddPage(page.address.addr.clone())),
            ]
            .spacing(12)
            .align_y(Alignment::Center);
            let height = look.height(52.0);
            all = all.push(container(line).center_y(Length::Fixed(height)).padding([0, 12]));
        }
        all.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audio::State,
        engine::{Contact, ContactEmail},
        ui::screen::testing::{addr, ctx, person},
    };

    fn page(name: &str, address: &str) -> Completion {
        let kind = CompletionKind::Elsewhere { directory: "Example".into(), blocked: false };
        Completion { kind, address: person(name, address), contact: None }
    }

    fn feed(d: &mut Directory, message: Message) -> Vec<Act> {
        d.update(message, &ctx(&State::default())).flat()
    }

    #[test]
    fn a_search_asks_the_white_pages_and_a_press_takes_somebody_over() {
        let (mut d, _) = Directory::open();
        let asked = feed(&mut d, Message::Search("ada".into()));
        let number = asked.iter().find_map(|act| match act {
            Action::Ask(Question::Pages(number, text)) if text == "ada" => Some(*number),
            _ => None,
        });
        let number = number.expect("asked");
        let known = Contact {
            id: Some(ContactId(1)),
            emails: vec![ContactEmail {
                addr: addr("ada@x.example"),
                vpim: false,
                preferred: true,
            }],
            ..Contact::default()
        };
        feed(&mut d, Message::People(number, Ok(vec![known])));
        feed(&mut d, Message::Pages(number - 1, Ok(vec![page("Old", "old@x.example")])));
        assert!(!d.has_pages(), "the answer to another question");
        let found = vec![page("Ada", "ada@x.example"), page("Adam", "adam@x.example")];
        feed(&mut d, Message::Pages(number, Ok(found)));
        let shown: Vec<_> = d.strangers().iter().map(|page| page.address.addr.as_str()).collect();
        assert_eq!(shown, ["adam@x.example"]);
        let asked = feed(&mut d, Message::AddPage(addr("adam@x.example")));
        assert_eq!(asked.len(), 1);
        assert!(
            matches!(&asked[0], Action::Ask(Question::AddPage(a)) if a.as_str() == "adam@x.example")
        );
        let added = feed(&mut d, Message::PageAdded(Ok((vec![ContactId(2)], UndoToken(1)))));
        assert!(added.iter().any(|act| matches!(act, Action::Toast(_))));
        assert_eq!(d.selected, Some(ContactId(2)));
        feed(&mut d, Message::Search("ad".into()));
        assert!(!d.has_pages(), "gone with their search");
        let number = d.asked;
        feed(&mut d, Message::Pages(number, Err(Error::NoEncryption)));
        assert!(d.has_pages(), "a refusal is told");
    }
}
