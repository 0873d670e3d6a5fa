//! The toolbar of a message drawn, with its More menu and the reasons why a control does not act.

use iced::{
    Alignment, Length, Padding,
    widget::{container, mouse_area, row, space},
};

use super::back;
use crate::{
    message::{PartRole, vendors::Kind as Treated},
    model::MessageKind,
    ui::{
        screen::{
            Context,
            reader::{
                Message, Page,
                toolbar::{Message as Tool, Overlay, Popover},
            },
        },
        theme::{Icon, Look, Type, style::Kind},
        widget::{
            El, button,
            menu::{Item, menu},
            popover, vertical_hairline,
        },
    },
    wording,
};

/// Which answers have room in the toolbar; the others are in More. Large text and long words take
/// more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fits {
    /// The second way of answering.
    second: bool,
    /// Forward.
    forward: bool,
}

impl Fits {
    fn of(page: &Page, ctx: &Context<'_>, look: Look) -> Self {
        let report = matches!(page.opened.row.kind, MessageKind::Dsn | MessageKind::Mdn);
        let labels = [fl!("reader-reply-voice"), fl!("reader-reply"), fl!("reader-forward")]
            .map(|label| label.chars().count());
        Self::in_width(ctx.width, ctx.narrow, report, labels, look.scale)
    }

    /// `labels`: the letters of the three.
    fn in_width(width: f32, narrow: bool, report: bool, labels: [usize; 3], scale: f32) -> Self {
        // Sides, Archive, Delete, line and More; a label with its icon and padding.
        let fixed = 36.0 + 3.0 * 40.0 + 21.0 + if narrow { 40.0 } else { 0.0 };
        #[allow(clippy::cast_precision_loss)]
        let button = |letters: usize| letters as f32 * 7.6 * scale + 16.0 + 8.0 + 24.0 + 8.0;
        let [voice, text, forward] = labels.map(button);
        let one = fixed + if report { text } else { voice };
        let two = if report { one } else { one + text };
        Self { second: two <= width, forward: two + forward <= width }
    }
}

/// Draws the toolbar.
pub(super) fn view<'a>(page: &'a Page, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let kind = page.opened.row.kind;
    let report = matches!(kind, MessageKind::Dsn | MessageKind::Mdn);
    let text_first = matches!(kind, MessageKind::Email | MessageKind::Other);
    let by_voice = || -> El<'a, Message> {
        answer(
            page,
            ctx,
            Popover::Reply,
            (Icon::Mic, fl!("reader-reply-voice"), !text_first),
            "R",
            Message::Toolbar(Tool::ReplyVoice),
            look,
        )
    };
    let by_text = || -> El<'a, Message> {
        answer(
            page,
            ctx,
            Popover::Reply,
            (Icon::Reply, fl!("reader-reply"), text_first),
            "Shift+R",
            Message::Toolbar(Tool::ReplyText),
            look,
        )
    };
    let mut line = row![].spacing(8).align_y(Alignment::Center);
    if ctx.narrow {
        line = line.push(back(look));
    }
    let fits = Fits::of(page, ctx, look);
    let (first, second): (Option<El<'a, Message>>, Option<El<'a, Message>>) = if text_first {
        (Some(by_text()), fits.second.then(by_voice))
    } else if report {
        (Some(by_text()), None)
    } else {
        (Some(by_voice()), fits.second.then(by_text))
    };
    // Nobody answers what they sent themselves.
    if !page.opened.row.outgoing {
        line = line.push(first).push(second);
    }
    if fits.forward {
        line = line.push(answer(
            page,
            ctx,
            Popover::Forward,
            (Icon::Forward, fl!("reader-forward"), false),
            "F",
            Message::Toolbar(Tool::Forward),
            look,
        ));
    }
    line = line
        .push(space().width(Length::Fill))
        .push(button::icon_button(
            look,
            Icon::Archive,
            fl!("reader-archive"),
            Some("E"),
            Message::Toolbar(Tool::Archive),
        ))
        .push(button::icon_button(
            look,
            Icon::Trash2,
            fl!("reader-delete"),
            Some("Delete"),
            Message::Toolbar(Tool::Delete),
        ))
        .push(container(vertical_hairline(look)).height(20).padding([0, 2]))
        .push(more(page, fits, ctx, look));
    container(line)
        .padding(Padding {
            left: if ctx.narrow { 12.0 } else { 20.0 },
            right: 16.0,
            ..Padding::ZERO
        })
        .center_y(Length::Fixed(51.0))
        .width(Length::Fill)
        .into()
}

/// A button that answers or forwards, or the same one explaining why it does not.
fn answer<'a>(
    page: &Page,
    ctx: &Context<'_>,
    popup: Popover,
    (mark, label, tonal): (Icon, String, bool),
    key: &'a str,
    message: Message,
    look: Look,
) -> El<'a, Message> {
    let mail = &page.opened.mail;
    let may = if popup == Popover::Forward { &mail.may_forward } else { &mail.may_reply };
    let Some(reason) = wording::refusal::permission(may) else {
        let kind = if tonal { Kind::Tonal } else { Kind::Ghost };
        return crate::ui::widget::tip(
            look,
            button::labelled(look, kind, button::Size::Default, Some(mark), label.clone())
                .on_press(message),
            label,
            Some(key),
        );
    };
    // One popover for both ways of answering, below the first that was pressed.
    let shown = page.overlay == Some(Overlay::Reason(popup))
        && (popup != Popover::Reply || mark == Icon::Mic);
    let fact = match popup {
        Popover::Forward => fl!("reader-no-forward"),
        Popover::Reply | Popover::Save | Popover::Copy => fl!("reader-no-reply"),
    };
    let content = shown.then(|| button::reason(look, fact, reason));
    let press = button::disabled(look, None, label, message);
    let hover = mouse_area(press)
        .on_enter(Message::Toolbar(Tool::Explain(Some(popup))))
        .on_exit(Message::Toolbar(Tool::Explain(None)));
    let (left, drop) = beside_subject(page, ctx, look);
    popover(look, hover, content, Message::Toolbar(Tool::Explain(None)))
        .past(left, drop)
        .hint()
        .into()
}

/// Where an explanation hangs so that the subject stays readable: beside a short one, below a long
/// one. The least distance from the right edge of the window for its left side, and how far it drops.
fn beside_subject(page: &Page, ctx: &Context<'_>, look: Look) -> (f32, f32) {
    #[allow(clippy::cast_precision_loss)]
    let wanted = page.opened.row.subject.chars().count() as f32 * 11.0 * look.scale;
    let side = if ctx.narrow { 20.0 } else { 24.0 };
    let free = ctx.width - side - wanted - 24.0;
    if free >= 300.0 * look.scale {
        (free, 0.0)
    } else {
        let lines = (wanted / (ctx.width - 2.0 * side).max(100.0)).ceil().max(1.0);
        (f32::INFINITY, 24.0 + lines * look.line(Type::Title))
    }
}

fn more<'a>(page: &'a Page, fits: Fits, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let anchor = button::icon_button(
        look,
        Icon::Ellipsis,
        fl!("reader-more"),
        None,
        Message::Toolbar(Tool::More),
    );
    let mail = &page.opened.mail;
    let has = |role: PartRole| mail.parts.iter().any(|p| p.role == role);
    let content = if page.overlay == Some(Overlay::Menu) {
        let mut items: Vec<Item<'a, Message>> = Vec::new();
        let own = page.opened.row.outgoing;
        if !fits.second && !own {
            let text_first =
                matches!(page.opened.row.kind, MessageKind::Email | MessageKind::Other);
            let (name, message, key) = match text_first {
                true => (fl!("reader-reply-voice"), Message::Toolbar(Tool::ReplyVoice), "R"),
                false => (fl!("reader-reply"), Message::Toolbar(Tool::ReplyText), "Shift+R"),
            };
            let mut reply = Item::new(name, message).key(key);
            if !mail.may_reply.is_allowed() {
                reply = reply.mark(Icon::Lock);
            }
            items.push(reply);
        }
        if !fits.forward {
            let mut forward =
                Item::new(fl!("reader-forward"), Message::Toolbar(Tool::Forward)).key("F");
            if !mail.may_forward.is_allowed() {
                forward = forward.mark(Icon::Lock);
            }
            items.push(forward);
        }
        if !own && mail.may_reply.is_allowed() && mail.to.len() + mail.cc.len() > 1 {
            items.push(
                Item::new(fl!("reader-reply-all"), Message::Toolbar(Tool::ReplyAll)).key("A"),
            );
        }
        items.push(Item::new(fl!("reader-unheard"), Message::Toolbar(Tool::MarkUnheard)).key("U"));
        if ctx.aside.contains(&page.opened.row.mailbox) {
            items.push(Item::new(fl!("reader-to-inbox"), Message::Toolbar(Tool::MoveToInbox)));
        }
        if has(PartRole::VoiceMessage) {
            let mut save = Item::new(fl!("reader-save"), Message::Toolbar(Tool::SaveRecording));
            if !mail.may_save.is_allowed() {
                save = save.mark(Icon::Lock);
            }
            items.push(save);
        }
        if page.opened.offers.iter().any(|o| o.kind != crate::engine::CardOfferKind::Known) {
            items.push(Item::new(fl!("reader-add-card"), Message::Toolbar(Tool::AddToDirectory)));
        }
        if page.has_text() {
            let name = if mail.transcript.is_some() {
                fl!("reader-copy-transcript")
            } else {
                fl!("reader-copy")
            };
            let mut copy = Item::new(name, Message::Toolbar(Tool::CopyText));
            if !mail.may_save.is_allowed() {
                copy = copy.mark(Icon::Lock);
            }
            items.push(copy);
        }
        for kind in page.treats() {
            let name = match kind {
                Treated::Voice => fl!("reader-treat-voice"),
                Treated::Fax => fl!("reader-treat-fax"),
                Treated::Mail | Treated::Other => fl!("reader-treat-mail"),
            };
            items.push(Item::new(name, Message::Toolbar(Tool::Treat(kind))));
        }
        if page.has_code_words() {
            items.push(Item::separator());
            items.push(
                Item::new(fl!("reader-swap"), Message::Toolbar(Tool::Swap))
                    .checked(page.opened.swapped),
            );
        }
        items.push(Item::separator());
        let original =
            if page.original().is_some() { fl!("reader-message") } else { fl!("reader-original") };
        items.push(Item::new(original, Message::Toolbar(Tool::ShowOriginal)));
        items.push(Item::new(fl!("reader-details"), Message::Toolbar(Tool::Details)));
        Some(menu(look, items, 290.0))
    } else {
        match page.overlay {
            // Where Forward or Reply itself is in this menu, its reason hangs from it too.
            Some(Overlay::Reason(Popover::Forward)) if !fits.forward => Some(button::reason(
                look,
                fl!("reader-no-forward"),
                wording::refusal::permission(&mail.may_forward).unwrap_or_default(),
            )),
            Some(Overlay::Reason(Popover::Save | Popover::Copy)) => Some(button::reason(
                look,
                fl!("reader-no-save"),
                wording::refusal::permission(&mail.may_save).unwrap_or_default(),
            )),
            _ => None,
        }
    };
    let close = if page.overlay == Some(Overlay::Menu) {
        Message::Toolbar(Tool::More)
    } else {
        Message::Toolbar(Tool::Explain(None))
    };
    let hung = popover(look, anchor, content, close).end();
    if page.overlay == Some(Overlay::Menu) { hung.into() } else { hung.hint().into() }
}

#[cfg(test)]
mod tests {
    use super::Fits;

    #[test]
    fn what_has_no_room_goes_into_more() {
        let labels = [14, 5, 7];
        for (width, narrow, scale, second, forward) in [
            (688.0, false, 1.0, true, true),
            (664.0, true, 1.0, true, true),
            (664.0, true, 1.5, true, false),
            (424.0, true, 1.0, false, false),
            (744.0, false, 1.5, true, true),
            (424.0, true, 1.5, false, false),
        ] {
            let fits = Fits::in_width(width, narrow, false, labels, scale);
            assert_eq!(fits, Fits { second, forward }, "{width} at {scale}");
        }
    }
}
