//! Values for the tests of the window, and a look at it in the pseudo-language.

use std::{collections::BTreeSet, time::Duration};

use iced::{
    Rectangle, Settings, Size,
    advanced::text::{Paragraph as _, Text},
    widget::text::{Alignment, LineHeight, Shaping, Wrapping},
};
use iced_test::{Simulator, selector::Candidate};

use crate::{
    engine::{
        Account, AccountSettings, AccountState, ListRow, Mailbox, Preview, Progress, Security,
        Server,
    },
    model::{
        AccountId, AddrSpec, DateTime, Importance, MailboxId, MessageKey, MessageKind,
        imap::MailboxRole,
    },
    ui::{
        theme::{FONTS, REGULAR, Type},
        widget::El,
    },
    wording::pseudo,
};

type Paragraph = <iced::Renderer as iced::advanced::text::Renderer>::Paragraph;

/// How tests draw: with our own fonts, so that every computer draws the same.
pub fn drawing() -> Settings {
    Settings {
        default_font: REGULAR,
        fonts: FONTS.iter().map(|font| (*font).into()).collect(),
        ..Settings::default()
    }
}

/// Words that stand unaccented although nobody wrote them in a message: names that are the same in
/// every language.
const NAMES: [&str; 4] = ["TLS", "STARTTLS", "VPIM", "Aloud"];
/// Words of the one date that the details show as the header has it (RFC 5322 section 3.3).
const HEADER_DATE: [&str; 2] = ["Tue", "Oct"];

/// What is wrong with a view drawn in the pseudo-language, one line a fault:
/// - a text of ours that did not come through the door to words. Mailbox data must be written in
///   letters that are not Latin, or be an address of `example`;
/// - a control that is partly beyond the sides of the window;
/// - a text of a control that is cut off or broken into lines;
/// - one of the `controls`, given by its words, that is not wholly to be seen.
pub fn faults<'a, M: 'a>(size: Size, controls: &[String], view: El<'a, M>) -> Vec<String> {
    let mut shown = Simulator::<M>::with_size(drawing(), size, view);
    let (mut texts, mut pressed, mut fields) = (Vec::new(), Vec::new(), Vec::new());
    let _ = shown.find(|candidate: Candidate<'_>| {
        match candidate {
            Candidate::Text { content, visible_bounds: Some(visible), bounds, .. } => {
                texts.push((content.to_owned(), bounds, visible));
            }
            Candidate::Focusable { bounds, visible_bounds: Some(_), .. } => pressed.push(bounds),
            Candidate::TextInput { bounds, .. } => fields.push(bounds),
            _ => {}
        }
        None::<()>
    });
    let mut found = BTreeSet::new();
    for control in controls {
        let whole = |(_, bounds, visible): &&(String, Rectangle, Rectangle)| {
            let inside = visible.x + visible.width <= size.width + 0.5
                && visible.y + visible.height <= size.height + 0.5;
            inside && visible.height > bounds.height - 0.5 && visible.width > bounds.width - 0.5
        };
        let there = texts.iter().filter(|(content, ..)| content == control).any(|t| whole(&t));
        if !there {
            found.insert(format!("not wholly to be seen: {control}"));
        }
    }
    for bounds in &pressed {
        if bounds.x < -0.5 || bounds.x + bounds.width > size.width + 0.5 {
            found.insert(format!("beyond the sides: {bounds:?}"));
        }
    }
    for (content, bounds, visible) in &texts {
        if is_plain(content) {
            found.insert(format!("not through the door to words: {content}"));
        }
        // Rows of lists are higher; what people wrote is cut there.
        let is_control = |area: &&Rectangle| {
            area.height < 70.0 && area.contains(bounds.center()) && !fields.contains(area)
        };
        if let Some(area) = pressed.iter().find(is_control).filter(|_| is_ours(content)) {
            let whole = match natural_width(content, bounds.height) {
                Some(natural) => natural <= bounds.width + 1.0,
                // Several whole lines, or a height that something else gave it.
                None => is_lines(bounds.height) && bounds.height <= area.height + 0.5,
            };
            if !whole || visible.width + 0.5 < bounds.width {
                found.insert(format!("cut in its control ({bounds:?} in {area:?}): {content}"));
            }
        }
    }
    found.into_iter().collect()
}

/// True if a height is that of two or three lines of a step of the type scale.
fn is_lines(height: f32) -> bool {
    let lines = |step: Type| [2.0, 3.0].map(|count| step.metrics().1 * count);
    [Type::Small, Type::Ui, Type::Body]
        .into_iter()
        .flat_map(lines)
        .any(|h| (h - height).abs() < 0.6)
}

/// The least width that a text of a control needs on one line, if it stands on one: its height at
/// 100 % is then that of a step of the type scale.
fn natural_width(content: &str, height: f32) -> Option<f32> {
    let steps = [Type::Micro, Type::Small, Type::Ui, Type::Body];
    let step = steps.iter().find(|step| (step.metrics().1 - height).abs() < 0.6)?;
    let paragraph = Paragraph::with_text(Text {
        content,
        bounds: Size::INFINITE,
        size: step.metrics().0.into(),
        line_height: LineHeight::Absolute(step.metrics().1.into()),
        font: REGULAR,
        align_x: Alignment::Default,
        align_y: iced::alignment::Vertical::Top,
        shaping: Shaping::Advanced,
        wrapping: Wrapping::None,
    });
    Some(paragraph.min_width())
}

/// True if a text has a word of two plain letters or more, other than [`NAMES`], [`HEADER_DATE`],
/// addresses of `example`, media types and the two initials of an address.
fn is_plain(text: &str) -> bool {
    let data = |word: &str| {
        let initials = word.len() == 2 && word.bytes().all(|b| b.is_ascii_uppercase());
        NAMES.contains(&word)
            || HEADER_DATE.contains(&word)
            || initials
            || word.contains("example")
            || word.contains('/')
    };
    text.split(|c: char| c.is_whitespace() || matches!(c, '·' | ',' | '“' | '”'))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !data(word))
        .any(|word| word.as_bytes().windows(2).any(|two| two.iter().all(u8::is_ascii_alphabetic)))
}

/// True if a text has letters of the pseudo-language.
fn is_ours(text: &str) -> bool {
    text.chars().any(|c| pseudo::ACCENTED.contains(c))
}

/// Tuesday, 14 October 2025, 10:40 in London.
pub const NOW: DateTime = DateTime { unix: 1_760_434_800, offset_minutes: 60 };

/// An account that is up to date.
pub fn account(id: i64) -> Account {
    let server = |port| Server { host: "mail.example.com".into(), port, security: Security::Tls };
    Account {
        id: AccountId(id),
        settings: AccountSettings {
            name: "Helen Marsh".into(),
            address: AddrSpec::parse("helen@example.com").expect("an address"),
            label: format!("Account {id}"),
            imap: server(993),
            smtp: server(465),
            user: "helen".into(),
            sign_in: Default::default(),
            ca_pem: None,
            pins: Vec::new(),
            gateway: None,
            demo: false,
        },
        state: AccountState::UpToDate(NOW),
        notes: crate::engine::AccountNotes::default(),
    }
}

/// A mailbox of the first account.
pub fn mailbox(id: i64, role: MailboxRole, name: &str, unseen: u32) -> Mailbox {
    Mailbox {
        id: MailboxId(id),
        account: AccountId(1),
        name: name.into(),
        role,
        unseen,
        total: 9,
        fault: None,
    }
}

/// A voice message that was not heard.
pub fn row(key: i64) -> ListRow {
    ListRow {
        key: MessageKey(key),
        account: AccountId(1),
        mailbox: MailboxId(1),
        uid: u32::try_from(key).ok(),
        kind: MessageKind::Voice,
        sender: format!("Sender {key}"),
        others: 0,
        sender_name: None,
        address: Some(format!("{key}@example.com")),
        number: None,
        outside_caller: false,
        outgoing: false,
        via: None,
        contact: None,
        subject: format!("Subject {key}"),
        preview: Preview::Text("First words of the transcript".into()),
        date: DateTime { unix: NOW.unix - key * 3600, ..NOW },
        duration: Some(Duration::from_secs(34)),
        estimated: false,
        pages: None,
        progress: Progress::New,
        importance: Importance::Normal,
        private: false,
        receipt: false,
        attachment: false,
        answered: false,
        forwarded: false,
        delivery: None,
    }
}
