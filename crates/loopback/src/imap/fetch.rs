//! FETCH: the answers, message by message (RFC 9051 section 7.5.2).

use std::collections::BTreeSet;

use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    Done, Session,
    cursor::SequenceSet,
    grammar::FetchItem,
    structure::{self, Section, SectionText},
};
use crate::{
    faults::Faults,
    mailboxes::{Change, Message},
    wire::Gone,
};
use aloud_model::{DateTime, Flag, Uid};

/// Messages looked up at once, so that others can work in between.
const BATCH: usize = 200;

/// `FLAGS (...)`
pub(super) fn flags(flags: &BTreeSet<Flag>) -> String {
    let names: Vec<&str> = flags.iter().map(Flag::as_str).collect();
    format!("FLAGS ({})", names.join(" "))
}

/// The length of a part that stands for the whole message.
const WHOLE: u32 = u32::MAX;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) async fn fetch(
        &mut self,
        uid: bool,
        set: &SequenceSet,
        items: &[FetchItem],
        changed_since: Option<u64>,
    ) -> Result<Done, Gone> {
        if items.contains(&FetchItem::ModSeq) {
            if self.faults().hides("CONDSTORE") {
                return Ok(Done::Bad("Not known here".into()));
            }
            self.condstore = true;
        }
        let mut named = match self.named(uid, set) {
            Ok(named) => named,
            Err(done) => return Ok(done),
        };
        if self.faults().fetch_descending {
            named.reverse();
        }
        let Some((name, read_only)) = self.selected.as_ref().map(|s| (s.name.clone(), s.read_only))
        else {
            return Ok(Done::Bad("Select a mailbox first".into()));
        };
        let marks_seen =
            !read_only && items.iter().any(|i| matches!(i, FetchItem::Section { peek: false, .. }));
        let (most, end) = (self.faults().short_slices, self.faults().false_end);
        let mut items = shortened(items, most.unwrap_or(u32::MAX), end.unwrap_or(u32::MAX));
        lengthened(&mut items, self.faults());
        let items = &items;
        let mut missing = false;
        for batch in named.chunks(BATCH) {
            if marks_seen {
                let uids: Vec<Uid> = batch.iter().map(|(_, uid)| *uid).collect();
                let seen = BTreeSet::from([Flag::Seen]);
                if let Err(done) = self.change(|all| all.store(&name, &uids, Change::Add, &seen)) {
                    return Ok(done);
                }
            }
            let look = |all: &mut crate::Mailboxes| -> Vec<(u32, Option<Message>)> {
                let mailbox = all.get(&name);
                let message = |uid: &Uid| mailbox.and_then(|m| m.message(*uid)).cloned();
                batch.iter().map(|(sequence, uid)| (*sequence, message(uid))).collect()
            };
            for (sequence, message) in self.with_mailboxes(look).unwrap_or_default() {
                let Some(message) = message else {
                    missing = true;
                    continue;
                };
                if changed_since.is_some_and(|since| message.modseq <= since) {
                    continue;
                }
                let known = self.selected.as_ref().and_then(|s| s.view.get(sequence as usize - 1));
                let news = marks_seen && known.is_some_and(|(_, told)| *told != message.modseq);
                let out = respond(sequence, &message, items, news);
                self.wire.push(&out);
                if self.faults().duplicate_fetch {
                    self.wire.push(&out);
                }
                if news || items.contains(&FetchItem::Flags) {
                    self.told(sequence, message.modseq);
                }
                self.wire.ease().await?;
            }
        }
        // RFC 2180 section 4.1: sequence numbers of messages that are gone.
        Ok(if missing && !uid {
            Done::No("[EXPUNGEISSUED] Some messages are gone".into())
        } else {
            Done::ok("Fetched")
        })
    }
}

/// The items with partial sections of at most so many octets.
fn shortened(items: &[FetchItem], most: u32, end: u32) -> Vec<FetchItem> {
    let mut items = items.to_vec();
    for item in &mut items {
        if let FetchItem::Section { partial: Some((from, count)), .. } = item {
            *count = (*count).min(most).min(end.saturating_sub(*from));
        }
    }
    items
}

/// The items with partial sections that give more than was asked for.
fn lengthened(items: &mut [FetchItem], faults: &Faults) {
    for item in items {
        let FetchItem::Section { partial, .. } = item else { continue };
        let Some((from, count)) = partial else { continue };
        if let Some((more, multiple)) = faults.longer_slices {
            *count = count
                .saturating_add(more)
                .checked_next_multiple_of(multiple.max(1))
                .unwrap_or(WHOLE);
        }
        if faults.ignore_partial || (faults.later_whole && *from > 0) {
            *count = WHOLE;
        }
        if faults.plain_whole {
            *partial = None;
        }
    }
}

fn respond(sequence: u32, message: &Message, items: &[FetchItem], add_flags: bool) -> Vec<u8> {
    let mut out = format!("* {sequence} FETCH (").into_bytes();
    let mut first = true;
    let mut space = |out: &mut Vec<u8>| {
        if !std::mem::take(&mut first) {
            out.push(b' ');
        }
    };
    for item in items {
        space(&mut out);
        write_item(&mut out, message, item);
    }
    if add_flags && !items.contains(&FetchItem::Flags) {
        space(&mut out);
        out.extend(flags(&message.flags).bytes());
    }
    out.extend_from_slice(b")\r\n");
    out
}

fn write_item(out: &mut Vec<u8>, message: &Message, item: &FetchItem) {
    match item {
        FetchItem::Uid => out.extend(format!("UID {}", message.uid.0).bytes()),
        FetchItem::Flags => out.extend(flags(&message.flags).bytes()),
        FetchItem::InternalDate => {
            out.extend(format!("INTERNALDATE \"{}\"", date_time(message.internal_date)).bytes());
        }
        FetchItem::Size => out.extend(format!("RFC822.SIZE {}", message.octets.len()).bytes()),
        FetchItem::ModSeq => out.extend(format!("MODSEQ ({})", message.modseq).bytes()),
        FetchItem::Envelope => {
            out.extend_from_slice(b"ENVELOPE ");
            structure::write_envelope(out, &message.octets);
        }
        FetchItem::Body => {
            out.extend_from_slice(b"BODY ");
            structure::write_structure(out, &message.octets, false);
        }
        FetchItem::BodyStructure => {
            out.extend_from_slice(b"BODYSTRUCTURE ");
            structure::write_structure(out, &message.octets, true);
        }
        FetchItem::Section { section, partial, name, .. } => {
            match name {
                Some(name) => out.extend(name.bytes()),
                None => out.extend(section_name(section).bytes()),
            }
            if let Some((from, _)) = partial {
                out.extend(format!("<{from}>").bytes());
            }
            out.push(b' ');
            let plain = section.part.is_empty() && section.text == SectionText::All;
            let part = if plain { None } else { structure::section(&message.octets, section) };
            let octets = match &part {
                Some(part) => part.as_slice(),
                None if plain => &message.octets,
                None => {
                    out.extend_from_slice(b"NIL");
                    return;
                }
            };
            let wanted = match partial {
                // What [`Faults::ignore_partial`] makes of it.
                Some((_, WHOLE)) => octets,
                Some((from, count)) => {
                    let from = (*from as usize).min(octets.len());
                    let end = from.saturating_add(*count as usize).min(octets.len());
                    octets.get(from..end).unwrap_or_default()
                }
                None => octets,
            };
            out.extend(format!("{{{}}}\r\n", wanted.len()).bytes());
            out.extend_from_slice(wanted);
        }
    }
}

fn section_name(section: &Section) -> String {
    let mut pieces: Vec<String> = section.part.iter().map(u32::to_string).collect();
    match &section.text {
        SectionText::All => {}
        SectionText::Header => pieces.push("HEADER".into()),
        SectionText::Text => pieces.push("TEXT".into()),
        SectionText::Mime => pieces.push("MIME".into()),
        SectionText::HeaderFields { not, names } => {
            let quoted: Vec<String> = names
                .iter()
                .map(|name| {
                    let mut text = Vec::new();
                    structure::write_string(&mut text, name.as_bytes());
                    String::from_utf8_lossy(&text).into_owned()
                })
                .collect();
            let not = if *not { ".NOT" } else { "" };
            pieces.push(format!("HEADER.FIELDS{not} ({})", quoted.join(" ")));
        }
    }
    format!("BODY[{}]", pieces.join("."))
}

/// `17-Jul-1996 02:44:25 -0700`
fn date_time(date: DateTime) -> String {
    let sign = if date.offset_minutes < 0 { '-' } else { '+' };
    let offset = date.offset_minutes.unsigned_abs();
    let civil = date.local().strftime("%d-%b-%Y %H:%M:%S");
    format!("{civil} {sign}{:02}{:02}", offset / 60, offset % 60)
}
