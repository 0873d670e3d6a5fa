//! The recipients of a message: chips, the field after them and its completions.

use crate::{
    engine::{Account, Completion, CompletionKind},
    message::address::{self, Kind, RecipientError},
    model::{AccountId, AddrSpec, Address, ContactId},
    ui::screen::words::{extension, phone},
    wording,
};

/// Suggestions shown at once.
const MOST: usize = 6;
/// Most suggestions of the white pages behind them.
const PAGES: usize = 4;

/// One recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// Where it goes; `None` when the text is no address.
    pub address: Option<Address>,
    /// Name, number or what was typed.
    pub label: String,
    /// Quiet second part: extension or address.
    pub detail: Option<String>,
    /// A telephone number.
    pub number: bool,
    /// The person, for the photo.
    pub contact: Option<ContactId>,
    /// Why it cannot be sent to, with a second line.
    pub wrong: Option<(String, String)>,
}

impl Chip {
    /// A chip for an address.
    #[must_use]
    pub fn of(address: Address) -> Self {
        // A bare address that names a number is shown as the number.
        let parsed = address::parse(address.addr.as_str());
        let selected = matches!(parsed.kind, Kind::Vpim | Kind::Voice | Kind::Fax | Kind::Amis);
        if address.name.is_none()
            && let Some(number) = parsed.number.filter(|_| selected)
        {
            return Self {
                label: phone(&number),
                detail: parsed.domain,
                number: true,
                contact: None,
                wrong: None,
                address: Some(address),
            };
        }
        let detail = extension(&address.addr)
            .filter(|_| address.name.is_some())
            .map(|ext| fl!("extension", number = ext));
        Self {
            label: address.label().to_owned(),
            detail,
            number: false,
            contact: None,
            wrong: None,
            address: Some(address),
        }
    }
}

impl From<Completion> for Chip {
    fn from(found: Completion) -> Self {
        if found.contact.is_none() && address::parse(found.address.addr.as_str()).number.is_some() {
            // What is offered is a sentence; the number is the recipient.
            let label = found.address.addr.local_part().to_owned();
            return Self { number: true, label: phone(&label), ..Self::of(found.address) };
        }
        Self {
            contact: found.contact,
            label: found.address.label().to_owned(),
            ..Self::of(found.address)
        }
    }
}

/// One line of recipients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Those chosen.
    pub chips: Vec<Chip>,
    /// What is being typed.
    pub input: String,
    /// Suggestions for it.
    pub found: Vec<Completion>,
    /// The suggestion that Enter takes; without one it takes what was typed.
    pub at: Option<usize>,
    /// Counts changes, so that late answers are dropped.
    asked: u64,
    /// The last change that was answered.
    answered: u64,
    /// Suggestions of the white pages that came before the others, and for which change.
    pages: (u64, Vec<Completion>),
    /// Recipients taken as typed before their suggestions came: the question and what was typed.
    waiting: Vec<(u64, String)>,
}

/// What the field asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// For which account.
    pub account: AccountId,
    /// What was typed.
    pub text: String,
    /// To be sent back with the answer.
    pub number: u64,
}

impl People {
    /// A line with these recipients.
    #[must_use]
    pub fn of(addresses: impl IntoIterator<Item = Address>) -> Self {
        let mut chips: Vec<Chip> = Vec::new();
        for address in addresses {
            let twice =
                |c: &Chip| c.address.as_ref().is_some_and(|a| a.addr.same_mailbox(&address.addr));
            if !chips.iter().any(twice) {
                chips.push(Chip::of(address));
            }
        }
        Self { chips, ..Self::default() }
    }

    /// The addresses that can be sent to.
    #[must_use]
    pub fn addresses(&self) -> Vec<Address> {
        self.chips.iter().filter_map(|c| c.address.clone()).collect()
    }

    /// The first recipient that cannot be sent to.
    #[must_use]
    pub fn wrong(&self) -> Option<&(String, String)> {
        self.chips.iter().find_map(|c| c.wrong.as_ref())
    }

    /// The user typed or pasted. A comma or semicolon ends a recipient, as Enter does.
    pub fn typed(&mut self, text: String, account: &Account) -> Option<Ask> {
        let (parts, rest) = address::ended(&text);
        let rest = rest.to_owned();
        // More than a key gives at once was pasted: the last one is whole too.
        let pasted = text.chars().count() > self.input.chars().count() + 1;
        let mut ended = false;
        for one in parts {
            if one.trim() != self.input.trim() {
                // The suggestions are those of another text.
                self.found.clear();
                self.at = None;
                self.answered = self.asked;
            }
            one.clone_into(&mut self.input);
            self.submit(account);
            ended = true;
        }
        self.input = if ended { rest.trim_start().to_owned() } else { rest };
        if ended && pasted && self.input.contains('@') {
            let gateway = account.settings.gateway.as_deref();
            if address::recipient(&self.input, gateway).is_ok() {
                self.take_typed(account);
            }
        }
        self.mark();
        self.asked += 1;
        if self.input.trim().is_empty() {
            self.found.clear();
            return None;
        }
        Some(Ask { account: account.id, text: self.input.trim().to_owned(), number: self.asked })
    }

    /// Suggestions came. True when a recipient was taken.
    pub fn answered(&mut self, number: u64, found: Vec<Completion>) -> bool {
        if let Some(at) = self.waiting.iter().position(|(of, _)| *of == number) {
            let (_, text) = self.waiting.remove(at);
            return self.settle(&text, found);
        }
        if number != self.asked {
            return false;
        }
        self.answered = number;
        let chosen: Vec<AddrSpec> = self.addresses().into_iter().map(|a| a.addr).collect();
        self.found = found
            .into_iter()
            .filter(|f| !chosen.iter().any(|c| c.same_mailbox(&f.address.addr)))
            .collect();
        // What was typed, as it stands, comes after the people: it keeps a place.
        if self.found.len() > MOST && self.found.last().is_some_and(|last| last.contact.is_none()) {
            self.found.drain(MOST - 1..self.found.len() - 1);
        }
        self.found.truncate(MOST);
        self.mark();
        self.join();
        false
    }

    /// Suggestions of the white pages came. They go behind the others, and Enter takes none of them
    /// that was not chosen: they may come between a key and Enter.
    pub fn elsewhere(&mut self, number: u64, found: Vec<Completion>) {
        if number != self.asked || self.input.trim().is_empty() {
            return;
        }
        self.pages = (number, found);
        if self.answered == number {
            self.join();
        }
    }

    /// Puts the suggestions of the white pages behind the others.
    fn join(&mut self) {
        let (number, pages) = std::mem::take(&mut self.pages);
        if number != self.asked {
            return;
        }
        let known: Vec<AddrSpec> = self.addresses().into_iter().map(|a| a.addr).collect();
        let shown = self.found.iter().map(|found| found.address.addr.clone());
        let known: Vec<AddrSpec> = known.into_iter().chain(shown).collect();
        let new = pages
            .into_iter()
            .filter(|page| !known.iter().any(|known| known.same_mailbox(&page.address.addr)));
        self.found.extend(new.take(PAGES));
    }

    /// Marks the first suggestion, where it is one for what was typed.
    fn mark(&mut self) {
        let own = |found: &&Completion| !matches!(found.kind, CompletionKind::Elsewhere { .. });
        let first = self.found.first().filter(own);
        self.at = first.filter(|found| fits(&self.input, found)).map(|_| 0);
    }

    /// A recipient that was taken as typed and cannot be sent to becomes the first suggestion for it.
    /// What can be sent to was meant as it stands. True when one was changed.
    fn settle(&mut self, text: &str, found: Vec<Completion>) -> bool {
        let Some(found) = found.into_iter().next().filter(|found| fits(text, found)) else {
            return false;
        };
        let typed = |chip: &Chip| chip.address.is_none() && chip.label == text;
        let Some(at) = self.chips.iter().position(typed) else { return false };
        let twice = |chip: &Chip| {
            chip.address.as_ref().is_some_and(|a| a.addr.same_mailbox(&found.address.addr))
        };
        if self.chips.iter().any(twice) {
            self.chips.remove(at);
        } else if let Some(chip) = self.chips.get_mut(at) {
            *chip = found.into();
        }
        true
    }

    /// Closes the suggestions, and those on their way; what was typed stays.
    pub fn dismiss(&mut self) {
        self.found.clear();
        self.at = None;
        self.asked += 1;
        self.answered = self.asked;
    }

    /// Enter: takes the marked suggestion, or what was typed. True when a recipient was taken.
    pub fn submit(&mut self, account: &Account) -> bool {
        if self.input.trim().is_empty() {
            return false;
        }
        if AddrSpec::parse(&self.input).is_ok() {
            return self.take_typed(account);
        }
        if self.answered != self.asked {
            // The suggestions are still on their way; the first takes its place when they come.
            self.waiting.push((self.asked, self.input.trim().to_owned()));
            return self.take_typed(account);
        }
        match self.at {
            Some(at) => self.pick(at),
            None => self.take_typed(account),
        }
    }

    /// Takes a suggestion.
    pub fn pick(&mut self, at: usize) -> bool {
        let Some(found) = self.found.get(at).cloned() else { return false };
        self.push(found.into());
        true
    }

    /// Moves the mark among the suggestions.
    pub fn step(&mut self, by: isize) {
        let last = self.found.len().saturating_sub(1);
        self.at = match self.at {
            Some(at) => Some(at.saturating_add_signed(by).min(last)),
            None => (by > 0 && !self.found.is_empty()).then_some(0),
        };
    }

    /// Takes what was typed as it stands; a chip that cannot be sent to says why.
    pub fn take_typed(&mut self, account: &Account) -> bool {
        let text = self.input.trim().to_owned();
        if text.is_empty() {
            return false;
        }
        self.push(recipient(&text, account));
        true
    }

    /// Removes a recipient.
    pub fn remove(&mut self, at: usize) {
        if at < self.chips.len() {
            self.chips.remove(at);
        }
    }

    fn push(&mut self, chip: Chip) {
        self.chips.push(chip);
        self.input.clear();
        self.dismiss();
    }
}

/// Whether a suggestion is one for what was typed: the beginning of an address names nobody else.
fn fits(typed: &str, found: &Completion) -> bool {
    let typed = typed.trim();
    let start = found.address.addr.as_str().get(..typed.len());
    !typed.contains('@') || start.is_some_and(|start| start.eq_ignore_ascii_case(typed))
}

/// An address, or a number that goes to the account's gateway (RFC 3804); anything else is wrong.
fn recipient(text: &str, account: &Account) -> Chip {
    let wrong = |number: bool, fact: String, line: String| Chip {
        address: None,
        label: text.to_owned(),
        detail: None,
        number,
        contact: None,
        wrong: Some((fact, line)),
    };
    match address::recipient(text, account.settings.gateway.as_deref()) {
        Ok(found) => {
            let notes: Vec<String> = found.notes.iter().map(wording::address::note).collect();
            let detail = (!notes.is_empty()).then(|| notes.join("; "));
            let chip = Chip::of(found.address);
            if text.contains('@') {
                return Chip { detail: detail.or_else(|| chip.detail.clone()), ..chip };
            }
            // The label stays what was typed; what was read otherwise stands beside it.
            Chip { label: text.to_owned(), number: true, detail, ..chip }
        }
        Err(RecipientError::NoAddress | RecipientError::Domain) => {
            wrong(false, fl!("composer-bad-address"), fl!("composer-bad-address-line"))
        }
        Err(error @ RecipientError::Letters) => {
            wrong(false, fl!("composer-bad-address"), wording::address::recipient(&error))
        }
        Err(RecipientError::NoGateway) => {
            wrong(true, fl!("composer-no-route", number = text), fl!("composer-no-route-line"))
        }
        Err(RecipientError::Number(error)) => {
            let why = wording::address::build(&error);
            wrong(
                true,
                fl!("composer-bad-number", number = text, why = why),
                fl!("composer-bad-number-line"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::screen::testing::{account, addr, person};

    fn found(name: &str, address: &str) -> Completion {
        Completion {
            kind: CompletionKind::Person { unproven: false },
            address: person(name, address),
            contact: Some(ContactId(3)),
        }
    }

    #[test]
    fn enter_takes_the_marked_suggestion() {
        let mut p = People::default();
        let ask = p.typed("gra".into(), &account()).expect("asked");
        let list = vec![found("Graham Pearce", "g@x.example"), found("Grace", "h@x.example")];
        assert!(!p.answered(ask.number, list));
        p.step(1);
        assert!(p.submit(&account()));
        assert_eq!(p.chips[0].label, "Grace");
        assert!(p.input.is_empty() && p.found.is_empty());
    }

    #[test]
    fn enter_before_the_suggestions_waits_for_them() {
        let mut p = People::default();
        let ask = p.typed("gra".into(), &account()).expect("asked");
        assert!(p.submit(&account()) && p.wrong().is_some() && p.input.is_empty());
        p.typed("3".into(), &account());
        assert!(p.answered(ask.number, vec![found("Graham Pearce", "g@x.example")]));
        assert_eq!(p.addresses(), [person("Graham Pearce", "g@x.example")]);
    }

    fn with_gateway() -> Account {
        let mut with = account();
        with.settings.gateway = Some("gw.example.com".into());
        with
    }

    #[test]
    fn a_number_that_can_be_sent_to_stays_whoever_has_a_like_one() {
        let mut p = People::default();
        let other = || found("Graham Pearce", "15550@vm.example");
        let ask = p.typed("5550".into(), &with_gateway()).expect("asked");
        assert!(p.submit(&with_gateway()));
        assert!(!p.answered(ask.number, vec![other()]));
        assert_eq!(p.addresses(), [Address::bare(addr("5550@gw.example.com"))]);
        // Nor does it go where that person is a recipient already.
        let mut p = People::of([other().address]);
        let ask = p.typed("5550".into(), &with_gateway()).expect("asked");
        p.submit(&with_gateway());
        p.answered(ask.number, vec![other()]);
        assert_eq!(p.chips.len(), 2);
    }

    #[test]
    fn the_beginning_of_an_address_takes_nobody_whose_address_begins_otherwise() {
        for (typed, taken) in [("@example.net", None), ("ada@", Some("ada@example.net"))] {
            for waits in [false, true] {
                let mut p = People::default();
                let ask = p.typed(typed.into(), &account()).expect("asked");
                let people = ["bo@example.net", "ada@example.net"].map(|a| found("One", a));
                if waits {
                    p.submit(&account());
                    p.answered(ask.number, people.to_vec());
                    assert!(p.addresses().is_empty() && p.wrong().is_some(), "{typed}");
                    continue;
                }
                p.answered(ask.number, people.to_vec());
                assert_eq!(p.at, None, "{typed}");
                p.submit(&account());
                assert!(p.addresses().is_empty() && p.wrong().is_some(), "{typed}");
                // Arrows reach every one of them; the right one is taken at once.
                let ask = p.typed(typed.into(), &account()).expect("asked");
                p.answered(ask.number, people.iter().rev().cloned().collect());
                assert_eq!(p.at, taken.map(|_| 0), "{typed}");
                p.step(1);
                p.submit(&account());
                let to = if taken.is_some() { "bo@example.net" } else { "ada@example.net" };
                assert_eq!(p.addresses(), [person("One", to)], "{typed}");
            }
        }
    }

    #[test]
    fn many_people_leave_a_place_to_the_number_that_was_typed() {
        let mut p = People::default();
        let ask = p.typed("5550".into(), &with_gateway()).expect("asked");
        let mut list: Vec<_> =
            (0..7).map(|n| found("One", &format!("1{n}5550@vm.example"))).collect();
        let number = Completion { contact: None, ..found("5550", "5550@gw.example.com") };
        list.push(number.clone());
        p.answered(ask.number, list.clone());
        assert_eq!((p.found.len(), p.found.last()), (6, Some(&number)));
        assert_eq!(p.found[..5], list[..5]);
        list.pop();
        let ask = p.typed("5550".into(), &with_gateway()).expect("asked");
        p.answered(ask.number, list.clone());
        assert_eq!(p.found, list[..6]);
    }

    #[test]
    fn what_was_dismissed_does_not_open_again() {
        let mut p = People::default();
        let ask = p.typed("gra".into(), &account()).expect("asked");
        p.dismiss();
        p.answered(ask.number, vec![found("Graham Pearce", "g@x.example")]);
        assert!(p.found.is_empty());
        assert_eq!(p.input, "gra");
    }

    #[test]
    fn a_pasted_list_becomes_recipients_and_a_comma_takes_the_suggestion() {
        let mut p = People::default();
        p.typed("ada@example.com, bo@example.net; cy@example.org".into(), &account());
        assert_eq!((p.chips.len(), p.input.as_str()), (3, ""));
        let ask = p.typed("gra".into(), &account()).expect("asked");
        p.answered(ask.number, vec![found("Graham Pearce", "g@x.example")]);
        p.typed("gra,".into(), &account());
        assert_eq!(p.chips.last().map(|c| c.label.as_str()), Some("Graham Pearce"));
        assert!(p.input.is_empty() && p.found.is_empty());
    }

    #[test]
    fn names_with_commas_are_read_as_they_are_copied() {
        for (text, recipients) in [
            (
                r#""Doe, Jane" <jane@example.com>, bob@example.net"#,
                &["jane@example.com", "bob@example.net"][..],
            ),
            (
                "Jane Doe <jane@example.com>; Bob <bob@example.net>;",
                &["jane@example.com", "bob@example.net"],
            ),
            ("<ada@example.com>,,  ; bo@example.org", &["ada@example.com", "bo@example.org"]),
        ] {
            let mut p = People::default();
            p.typed(text.into(), &account());
            let found: Vec<_> = p.addresses().into_iter().map(|a| a.addr).collect();
            assert_eq!(found, recipients.iter().map(|a| addr(a)).collect::<Vec<_>>(), "{text}");
            assert_eq!(p.input, "", "{text}");
        }
        let mut p = People::default();
        p.typed(r#""Doe, Jane" <jane@example.com>,"#.into(), &account());
        assert_eq!(p.chips[0].label, "Doe, Jane");
    }

    #[test]
    fn late_answers_are_dropped() {
        let mut p = People::default();
        let old = p.typed("g".into(), &account()).expect("asked");
        p.typed("gr".into(), &account());
        p.answered(old.number, vec![found("Gus", "gus@x.example")]);
        assert!(p.found.is_empty());
    }

    #[test]
    fn a_whole_address_is_taken_as_typed() {
        let mut p = People::default();
        p.typed("ada@example.com,".into(), &account());
        assert_eq!(p.addresses(), [Address::bare(addr("ada@example.com"))]);
    }

    #[test]
    fn numbers_need_a_gateway() {
        let mut p = People::default();
        p.typed("+44 113 496 0117".into(), &account());
        assert!(p.take_typed(&account()));
        assert_eq!(
            p.wrong().map(|w| w.0.as_str()),
            Some("+44 113 496 0117 isn’t in your directory and no voicemail gateway is set up.")
        );
        let mut with = account();
        with.settings.gateway = Some("gw.example.com".into());
        let mut p = People::default();
        p.typed("+44 113 496 0117;".into(), &with);
        assert_eq!(p.addresses(), [Address::bare(addr("+441134960117@gw.example.com"))]);
        assert!(p.chips[0].number);
    }

    #[test]
    fn a_plus_stands_at_the_front_or_nowhere() {
        let mut with = account();
        with.settings.gateway = Some("gw.example.com".into());
        let sent = |typed: &str| {
            let mut p = People::default();
            p.typed(typed.into(), &with);
            p.take_typed(&with);
            p.addresses().first().map(|to| to.addr.as_str().to_owned())
        };
        let to = Some("+16135550142@gw.example.com".to_owned());
        assert_eq!(sent("(+1) 613 555-0142"), to);
        assert_eq!(sent("+1 613.555.0142"), to);
        for typed in ["001 613 555 0142", "tel:+1-613-555-0142", "+1 (613) 555-0142"] {
            assert_eq!(sent(typed), to, "{typed}");
        }
        let ext = Some("+16135550142+12@gw.example.com".to_owned());
        assert_eq!(sent("+1 613 555 0142 ext. 12"), ext);
        assert_eq!(sent("tel:+1-613-555-0142;ext=12"), ext);
        assert_eq!(sent("+44 (0)20 7946 0153"), Some("+442079460153@gw.example.com".to_owned()));
        assert_eq!(sent("Ada <ada@example.com>"), Some("ada@example.com".to_owned()));
        for two in ["3+16135550142", "++16135550142", "+1613+5550142", "+", "(+)"] {
            assert_eq!(sent(two), None, "{two}");
        }
    }

    #[test]
    fn nobody_is_there_twice() {
        let p = People::of([person("A", "a@x.example"), person("B", "A@X.example")]);
        assert_eq!(p.chips.len(), 1);
    }

    fn page(name: &str, address: &str) -> Completion {
        let kind = CompletionKind::Elsewhere { directory: "Example".into(), blocked: false };
        Completion { kind, ..found(name, address) }
    }

    #[test]
    fn white_pages_come_behind_and_are_never_taken_unchosen() {
        let account = account();
        let mut people = People::default();
        let ask = people.typed("ada".into(), &account).expect("a question");
        // Before one's own, after them, and too late.
        people.elsewhere(
            ask.number,
            vec![page("Ada", "ada@example.com"), page("Bo", "bo@x.example")],
        );
        assert!(people.found.is_empty());
        people.answered(ask.number, vec![found("Ada", "ada@example.com")]);
        let shown: Vec<_> = people.found.iter().map(|one| one.address.addr.as_str()).collect();
        assert_eq!((shown, people.at), (vec!["ada@example.com", "bo@x.example"], Some(0)));
        let ask = people.typed("adam".into(), &account).expect("a question");
        people.answered(ask.number, Vec::new());
        people.elsewhere(ask.number - 1, vec![page("Old", "old@x.example")]);
        people.elsewhere(ask.number, vec![page("Adam", "adam@x.example")]);
        assert_eq!((people.found.len(), people.at), (1, None));
        people.submit(&account);
        assert!(people.addresses().is_empty(), "Enter takes what was typed");
        let ask = people.typed("adam".into(), &account).expect("a question");
        people.answered(ask.number, Vec::new());
        people.elsewhere(ask.number, vec![page("Adam", "adam@x.example")]);
        people.step(1);
        people.submit(&account);
        assert_eq!(people.addresses()[0].addr.as_str(), "adam@x.example");
    }
}
