//! Contact cards and the machine's part of reports, put into the [`Mail`] (RFC 2421 section 4.3.3,
//! RFC 3464, RFC 8098).

use crate::card::{self, CardDoc, Sound};
use crate::mail::{Card, Mail, PartRole, Report};
use crate::problem::CardProblem;
use crate::view::{Part, View, header, mailbox};
use crate::{display, dsn, mdn};
use aloud_model::MessageKind;

/// Cards of one part that are listed.
const CARDS_MAX: usize = 50;

/// The cards of a part, in short. A sound named by `CID:` must be a part of the same message level
/// (RFC 2392).
pub fn cards(path: &str, octets: &[u8], view: &View<'_>) -> Vec<Card> {
    card::parse_all(octets).iter().take(CARDS_MAX).map(|doc| in_short(path, doc, view)).collect()
}

fn in_short(path: &str, doc: &CardDoc, view: &View<'_>) -> Card {
    let sound = match &doc.sound {
        Some(Sound::Inline { .. }) => true,
        Some(Sound::Cid(id)) => view.leaves().any(|part| {
            let own = part.header.first("content-id").map(mailbox::message_ids);
            own.is_some_and(|own| own.contains(id))
        }),
        None => false,
    };
    Card { path: path.to_owned(), has_spoken_name: sound, ..card_of_file(doc) }
}

/// A card from a file of its own, in short. It has a spoken name when it says so: there is no
/// message around it whose parts could be looked at.
#[must_use]
pub fn card_of_file(doc: &CardDoc) -> Card {
    let line = |text: &str| display::clean(text);
    Card {
        path: String::new(),
        name: doc.name.as_deref().map(line).filter(|name| !name.is_empty()),
        emails: doc.emails.iter().map(|e| line(&e.addr)).collect(),
        tels: doc.tels.iter().map(|t| line(&t.number)).collect(),
        has_spoken_name: doc.sound.is_some(),
        problem: doc.problem.clone().map(CardProblem::Content),
    }
}

/// Reads a part of a report into the message.
pub fn report(mail: &mut Mail, part: &Part<'_>, octets: &[u8]) {
    match part.content.value.as_str() {
        "message/disposition-notification" | "message/global-disposition-notification" => {
            mail.report.get_or_insert_with(|| Report::Mdn(notification(part, octets)));
        }
        "message/delivery-status" | "message/global-delivery-status" => {
            let blocks = dsn::parse(octets);
            match &mut mail.report {
                Some(Report::Dsn(list)) => list.extend(blocks),
                Some(Report::Mdn(_)) => {}
                None => mail.report = Some(Report::Dsn(blocks)),
            }
        }
        name if name.contains("headers") || name.ends_with("rfc822-header") => {
            let (returned, _) = header::read(octets, 0, false);
            let id = returned.first("message-id").map(mailbox::message_ids).unwrap_or_default();
            about(mail, id.into_iter().next());
        }
        _ => {}
    }
}

/// Some senders write the fields as header fields of the part and leave its body empty.
fn notification(part: &Part<'_>, octets: &[u8]) -> crate::Mdn {
    if !octets.trim_ascii().is_empty() || !part.header.has("disposition") {
        return mdn::read::parse(octets);
    }
    let mut fields = Vec::new();
    for field in part.header.fields() {
        fields.extend(field.name.bytes());
        fields.extend(b": ");
        fields.extend(field.value.trim_ascii());
        fields.extend(b"\r\n");
    }
    mdn::read::parse(&fields)
}

/// Which message a report is about, from what came back with it.
fn about(mail: &mut Mail, id: Option<String>) {
    match (&mut mail.report, id) {
        (Some(Report::Dsn(list)), Some(id)) => {
            for block in list.iter_mut().filter(|b| b.original_message_id.is_none()) {
                block.original_message_id = Some(id.clone());
            }
        }
        (Some(Report::Mdn(mdn)), Some(id)) => {
            mdn.original_message_id.get_or_insert(id);
        }
        _ => {}
    }
}

/// A delivery report whose fields stand in a part for people, or nowhere.
pub fn in_the_text(mail: &mut Mail, view: &View<'_>) {
    let nothing = match &mail.report {
        None => true,
        Some(Report::Dsn(blocks)) => blocks.is_empty(),
        Some(Report::Mdn(_)) => false,
    };
    if mail.kind != MessageKind::Dsn || !nothing {
        return;
    }
    let mut blocks: Vec<_> = Vec::new();
    let mut said = String::new();
    let texts = mail.parts.iter().filter(|p| p.role == PartRole::Text).take(5);
    for part in texts.filter_map(|p| view.leaf(&p.path)) {
        // Prose has colons too: a field of a report names somebody and says what became of it.
        let octets = part.decode().octets;
        if said.is_empty() {
            said = String::from_utf8_lossy(&octets).into_owned();
        }
        let found = dsn::parse(&octets).into_iter();
        blocks.extend(found.filter(|b| b.recipient.contains('@')));
    }
    if blocks.is_empty() {
        let failed = view.header().all("x-failed-recipients").flat_map(mailbox::parse);
        blocks.extend(failed.filter_map(|m| m.addr).take(CARDS_MAX).flat_map(|addr| {
            let line = said.lines().find(|line| line.contains(['4', '5']) && says_why(line));
            let line = line.unwrap_or_default().trim();
            let fields = format!(
                "Final-Recipient: rfc822;{addr}\nAction: failed\nDiagnostic-Code: smtp;{line}\n"
            );
            dsn::parse(fields.as_bytes())
        }));
    }
    mail.report = Some(Report::Dsn(blocks));
}

/// Whether a line quotes the answer of a server: a reply code with words behind it.
fn says_why(line: &str) -> bool {
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').any(|word| {
        let code = word.len() == 3 && word.bytes().all(|c| c.is_ascii_digit());
        code && word.starts_with(['4', '5'])
    })
}

/// What can only be said when all parts are known: the message returned with a report, the spoken
/// name beside a card (RFC 2421 section 6), and that several cards at one level describe nobody.
pub fn settle(mail: &mut Mail) {
    let returned = mail.forwarded.first().and_then(|inner| inner.message_id.clone());
    about(mail, returned);
    let spoken = mail.parts.iter().any(|p| p.role == PartRole::SpokenName);
    let several = mail.cards.len() > 1;
    for card in &mut mail.cards {
        card.has_spoken_name |= spoken && !several;
        if several && card.problem.is_none() {
            card.problem = Some(CardProblem::Several);
        }
    }
}
