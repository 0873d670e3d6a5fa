//! IMAP commands as values: the grammar of RFC 9051 section 9 and RFC 3501, with the extensions the
//! server offers (RFC 2971 ID, 4315 UIDPLUS, 5161 ENABLE, 6154 special use, 6851 MOVE, 7162
//! CONDSTORE, 7888 LITERAL+).
//!
//! Strict on purpose: one space where the grammar has one, no trailing octets, no 8-bit octets
//! outside literals. A client that passes here has a chance with any server.

use std::collections::BTreeSet;

use super::{
    cursor::{Bad, Cursor, MAX_ITEMS, SelectParams, SequenceSet, is_astring},
    date::date_time,
    search::{self, Key},
    structure::{Section, SectionText},
};
use crate::mailboxes::Change;
use aloud_model::{DateTime, Flag};

type Result<T> = std::result::Result<T, Bad>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FetchItem {
    Uid,
    Flags,
    InternalDate,
    Size,
    ModSeq,
    Envelope,
    Body,
    BodyStructure,
    Section {
        peek: bool,
        section: Section,
        partial: Option<(u32, u32)>,
        /// RFC822, RFC822.HEADER and RFC822.TEXT answer under their own names.
        name: Option<&'static str>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    Capability,
    Noop,
    Logout,
    Id,
    Authenticate {
        mechanism: String,
        initial: Option<String>,
    },
    Login {
        user: String,
        password: String,
    },
    Enable(Vec<String>),
    Select {
        name: String,
        read_only: bool,
        params: SelectParams,
    },
    Create {
        name: String,
        special: Option<String>,
    },
    Delete(String),
    Rename(String, String),
    Subscribe(String, bool),
    List {
        reference: String,
        patterns: Vec<String>,
        only_special: bool,
        only_subscribed: bool,
        /// Items of STATUS that are told of each (RFC 5819).
        status: Vec<String>,
    },
    Lsub {
        reference: String,
        pattern: String,
    },
    Namespace,
    Status {
        name: String,
        items: Vec<String>,
    },
    Append {
        name: String,
        flags: BTreeSet<Flag>,
        date: Option<DateTime>,
        octets: Vec<u8>,
    },
    Idle,
    Check,
    Close,
    Unselect,
    Expunge(Option<SequenceSet>),
    Search {
        uid: bool,
        key: Key,
    },
    Fetch {
        uid: bool,
        set: SequenceSet,
        items: Vec<FetchItem>,
        changed_since: Option<u64>,
    },
    Store {
        uid: bool,
        set: SequenceSet,
        unchanged_since: Option<u64>,
        store: Store,
    },
    Copy {
        uid: bool,
        set: SequenceSet,
        to: String,
    },
    Move {
        uid: bool,
        set: SequenceSet,
        to: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Store {
    pub(super) change: Change,
    pub(super) silent: bool,
    pub(super) flags: BTreeSet<Flag>,
}

/// Reads a tag; the rest follows after one space.
pub(super) fn tag(command: &[u8]) -> Result<(String, Cursor<'_>)> {
    let mut cursor = Cursor::new(command);
    let tag = cursor.while_(|b| is_astring(b) && b != b'+', "A tag is missing")?;
    if tag.len() > 100 {
        return Err(Bad("The tag is too long"));
    }
    cursor.space()?;
    Ok((tag, cursor))
}

/// Reads one command after its tag.
pub(super) fn command(c: &mut Cursor<'_>) -> Result<Command> {
    let mut verb = c.atom()?.to_ascii_uppercase();
    let uid = verb == "UID";
    if uid {
        c.space()?;
        verb = c.atom()?.to_ascii_uppercase();
        if !["FETCH", "STORE", "COPY", "MOVE", "SEARCH", "EXPUNGE"].contains(&verb.as_str()) {
            return Err(Bad("UID does not go with this command"));
        }
    }
    let command = match verb.as_str() {
        "CAPABILITY" => Command::Capability,
        "NOOP" => Command::Noop,
        "LOGOUT" => Command::Logout,
        "NAMESPACE" => Command::Namespace,
        "IDLE" => Command::Idle,
        "CHECK" => Command::Check,
        "CLOSE" => Command::Close,
        "UNSELECT" => Command::Unselect,
        "EXPUNGE" if !uid => Command::Expunge(None),
        "EXPUNGE" => Command::Expunge(Some(c.spaced(Cursor::sequence_set)?)),
        "ID" => c.spaced(id)?,
        "AUTHENTICATE" => c.spaced(authenticate)?,
        "LOGIN" => Command::Login {
            user: c.spaced(Cursor::utf8_astring)?,
            password: c.spaced(Cursor::utf8_astring)?,
        },
        "ENABLE" => {
            let mut names = vec![c.spaced(Cursor::atom)?];
            while c.peek() == Some(b' ') && names.len() < MAX_ITEMS {
                names.push(c.spaced(Cursor::atom)?);
            }
            Command::Enable(names)
        }
        "SELECT" | "EXAMINE" => {
            let name = c.spaced(Cursor::mailbox)?;
            Command::Select { name, read_only: verb == "EXAMINE", params: c.select_params()? }
        }
        "CREATE" => {
            let name = c.spaced(Cursor::mailbox)?;
            let special = if c.take(b" (USE (") {
                let special = c.flag()?.as_str().to_owned();
                c.expect(b"))")?;
                Some(special)
            } else {
                None
            };
            Command::Create { name, special }
        }
        "DELETE" => Command::Delete(c.spaced(Cursor::mailbox)?),
        "RENAME" => Command::Rename(c.spaced(Cursor::mailbox)?, c.spaced(Cursor::mailbox)?),
        "SUBSCRIBE" => Command::Subscribe(c.spaced(Cursor::mailbox)?, true),
        "UNSUBSCRIBE" => Command::Subscribe(c.spaced(Cursor::mailbox)?, false),
        "LIST" => list(c)?,
        "LSUB" => Command::Lsub {
            reference: c.spaced(Cursor::mailbox)?,
            pattern: c.spaced(Cursor::list_mailbox)?,
        },
        "STATUS" => {
            let name = c.spaced(Cursor::mailbox)?;
            c.space()?;
            Command::Status { name, items: c.list(Cursor::atom)? }
        }
        "APPEND" => append(c)?,
        "SEARCH" => {
            c.space()?;
            Command::Search { uid, key: search::parse(c)? }
        }
        "FETCH" => fetch(c, uid)?,
        "STORE" => store(c, uid)?,
        "COPY" | "MOVE" => {
            let set = c.spaced(Cursor::sequence_set)?;
            let to = c.spaced(Cursor::mailbox)?;
            if verb == "COPY" {
                Command::Copy { uid, set, to }
            } else {
                Command::Move { uid, set, to }
            }
        }
        _ => return Err(Bad("Unknown command")),
    };
    c.end()?;
    Ok(command)
}

fn id(c: &mut Cursor<'_>) -> Result<Command> {
    if c.take(b"NIL") {
        return Ok(Command::Id);
    }
    c.expect(b"(")?;
    let mut count = 0;
    while c.peek() != Some(b')') {
        if count > 0 {
            c.space()?;
        }
        c.string()?;
        c.space()?;
        c.nstring()?;
        count += 1;
        if count > 30 {
            return Err(Bad("ID takes at most 30 pairs"));
        }
    }
    c.expect(b")")?;
    Ok(Command::Id)
}

fn authenticate(c: &mut Cursor<'_>) -> Result<Command> {
    let mechanism = c.atom()?.to_ascii_uppercase();
    let initial = if c.peek() == Some(b' ') {
        c.space()?;
        Some(c.while_(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b), "Base64 expected")?)
    } else {
        None
    };
    Ok(Command::Authenticate { mechanism, initial })
}

fn list(c: &mut Cursor<'_>) -> Result<Command> {
    c.space()?;
    let (mut only_special, mut only_subscribed) = (false, false);
    if c.peek() == Some(b'(') {
        for option in c.list(Cursor::atom)? {
            match option.to_ascii_uppercase().as_str() {
                "SPECIAL-USE" => only_special = true,
                "SUBSCRIBED" => only_subscribed = true,
                "REMOTE" | "RECURSIVEMATCH" => {}
                _ => return Err(Bad("Unknown LIST option")),
            }
        }
        c.space()?;
    }
    let reference = c.mailbox()?;
    c.space()?;
    let patterns = if c.peek() == Some(b'(') {
        c.list(Cursor::list_mailbox)?
    } else {
        vec![c.list_mailbox()?]
    };
    let mut status = Vec::new();
    if c.take(b" RETURN (") {
        while !c.take(b")") {
            let option = c.atom()?;
            let known = ["SPECIAL-USE", "SUBSCRIBED", "CHILDREN"];
            if option.eq_ignore_ascii_case("STATUS") {
                c.space()?;
                status = c.list(Cursor::atom)?;
            } else if !known.iter().any(|k| k.eq_ignore_ascii_case(&option)) {
                return Err(Bad("Unknown RETURN option"));
            }
            if c.peek() != Some(b')') {
                c.space()?;
            }
        }
    }
    Ok(Command::List { reference, patterns, only_special, only_subscribed, status })
}

fn append(c: &mut Cursor<'_>) -> Result<Command> {
    let name = c.spaced(Cursor::mailbox)?;
    c.space()?;
    let mut flags = BTreeSet::new();
    if c.peek() == Some(b'(') {
        flags = c.list(Cursor::flag)?.into_iter().collect();
        c.space()?;
    }
    let date = if c.peek() == Some(b'"') {
        let text = c.quoted()?;
        let date = date_time(&text).ok_or(Bad("Not a date-time"))?;
        c.space()?;
        Some(date)
    } else {
        None
    };
    if c.peek() != Some(b'{') {
        return Err(Bad("APPEND takes a literal"));
    }
    Ok(Command::Append { name, flags, date, octets: c.literal()? })
}

fn fetch(c: &mut Cursor<'_>, uid: bool) -> Result<Command> {
    let set = c.spaced(Cursor::sequence_set)?;
    c.space()?;
    let mut items = if c.peek() == Some(b'(') {
        c.list(fetch_item)?
    } else {
        const FAST: [FetchItem; 3] = [FetchItem::Flags, FetchItem::InternalDate, FetchItem::Size];
        let mut items = FAST.to_vec();
        if c.take_word("FAST") {
            items
        } else if c.take_word("ALL") {
            items.push(FetchItem::Envelope);
            items
        } else if c.take_word("FULL") {
            items.extend([FetchItem::Envelope, FetchItem::Body]);
            items
        } else {
            vec![fetch_item(c)?]
        }
    };
    let changed_since = if c.take(b" (CHANGEDSINCE ") {
        let since = c.number64()?;
        c.expect(b")")?;
        Some(since)
    } else {
        None
    };
    if changed_since.is_some() && !items.contains(&FetchItem::ModSeq) {
        items.push(FetchItem::ModSeq);
    }
    if uid && !items.contains(&FetchItem::Uid) {
        items.insert(0, FetchItem::Uid);
    }
    Ok(Command::Fetch { uid, set, items, changed_since })
}

fn fetch_item(c: &mut Cursor<'_>) -> Result<FetchItem> {
    let name = c.while_(|b| b.is_ascii_alphanumeric() || b == b'.', "A fetch item is missing")?;
    let section = |name, text, peek| FetchItem::Section {
        peek,
        section: Section { part: Vec::new(), text },
        partial: None,
        name: Some(name),
    };
    Ok(match name.to_ascii_uppercase().as_str() {
        "UID" => FetchItem::Uid,
        "FLAGS" => FetchItem::Flags,
        "INTERNALDATE" => FetchItem::InternalDate,
        "RFC822.SIZE" => FetchItem::Size,
        "MODSEQ" => FetchItem::ModSeq,
        "ENVELOPE" => FetchItem::Envelope,
        "BODYSTRUCTURE" => FetchItem::BodyStructure,
        "RFC822" => section("RFC822", SectionText::All, false),
        "RFC822.HEADER" => section("RFC822.HEADER", SectionText::Header, true),
        "RFC822.TEXT" => section("RFC822.TEXT", SectionText::Text, false),
        "BODY" if c.peek() != Some(b'[') => FetchItem::Body,
        "BODY" => body(c, false)?,
        "BODY.PEEK" => body(c, true)?,
        _ => return Err(Bad("Unknown fetch item")),
    })
}

fn body(c: &mut Cursor<'_>, peek: bool) -> Result<FetchItem> {
    c.expect(b"[")?;
    let mut section = Section::default();
    while c.peek().is_some_and(|b| b.is_ascii_digit()) {
        section.part.push(c.nz_number()?);
        if section.part.len() > 50 {
            return Err(Bad("The section is too deep"));
        }
        if !c.take(b".") {
            break;
        }
        if !c.peek().is_some_and(|b| b.is_ascii_alphanumeric()) {
            return Err(Bad("Not a section"));
        }
    }
    if c.peek() != Some(b']') {
        let word = c.while_(|b| b.is_ascii_alphabetic() || b == b'.', "Not a section")?;
        section.text = match word.to_ascii_uppercase().as_str() {
            "HEADER" => SectionText::Header,
            "TEXT" => SectionText::Text,
            "MIME" if !section.part.is_empty() => SectionText::Mime,
            word @ ("HEADER.FIELDS" | "HEADER.FIELDS.NOT") => {
                let not = word.ends_with("NOT");
                c.space()?;
                SectionText::HeaderFields { not, names: c.list(Cursor::utf8_astring)? }
            }
            _ => return Err(Bad("Not a section")),
        };
    }
    c.expect(b"]")?;
    let partial = if c.take(b"<") {
        let from = c.number()?;
        c.expect(b".")?;
        let count = c.nz_number()?;
        c.expect(b">")?;
        Some((from, count))
    } else {
        None
    };
    Ok(FetchItem::Section { peek, section, partial, name: None })
}

fn store(c: &mut Cursor<'_>, uid: bool) -> Result<Command> {
    let set = c.spaced(Cursor::sequence_set)?;
    c.space()?;
    let unchanged_since = if c.take(b"(UNCHANGEDSINCE ") {
        let since = c.number64()?;
        c.expect(b") ")?;
        Some(since)
    } else {
        None
    };
    let change = match c.peek() {
        Some(b'+') => Change::Add,
        Some(b'-') => Change::Remove,
        _ => Change::Replace,
    };
    if change != Change::Replace {
        c.skip();
    }
    let word = c.while_(|b| b.is_ascii_alphabetic() || b == b'.', "FLAGS is missing")?;
    let silent = match word.to_ascii_uppercase().as_str() {
        "FLAGS" => false,
        "FLAGS.SILENT" => true,
        _ => return Err(Bad("FLAGS is missing")),
    };
    c.space()?;
    let flags = if c.peek() == Some(b'(') {
        c.list(Cursor::flag)?
    } else {
        let mut flags = vec![c.flag()?];
        while c.peek() == Some(b' ') && flags.len() < MAX_ITEMS {
            flags.push(c.spaced(Cursor::flag)?);
        }
        flags
    };
    let store = Store { change, silent, flags: flags.into_iter().collect() };
    Ok(Command::Store { uid, set, unchanged_since, store })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Command> {
        let (_, mut cursor) = tag(text.as_bytes())?;
        command(&mut cursor)
    }

    #[test]
    fn reads_what_clients_send() {
        for good in [
            "a CAPABILITY",
            "a1 LOGIN demo \"de mo\"",
            "a LOGIN {4}\r\ndemo {4+}\r\ndemo",
            "a AUTHENTICATE PLAIN AGRlbW8AZGVtbw==",
            "a ID (\"name\" \"x\" \"version\" NIL)",
            "a ID NIL",
            "a LIST \"\" *",
            "a LIST (SPECIAL-USE) \"\" \"*\"",
            "a LIST \"\" \"%\" RETURN (SPECIAL-USE CHILDREN)",
            "a SELECT INBOX (CONDSTORE)",
            "a STATUS \"INBOX\" (MESSAGES UIDNEXT)",
            "a UID FETCH 1:*,7 (UID FLAGS BODY.PEEK[]<0.100>)",
            "a UID FETCH 1:* (FLAGS) (CHANGEDSINCE 12)",
            "a FETCH 1 BODY[HEADER.FIELDS (From \"To\")]",
            "a FETCH 1 BODY.PEEK[1.2.MIME]",
            "a FETCH 1 FULL",
            "a UID STORE 3 +FLAGS.SILENT (\\Seen $MDNSent)",
            "a STORE 1:2 (UNCHANGEDSINCE 5) FLAGS \\Deleted",
            "a APPEND Sent (\\Seen) \"17-Jul-1996 02:44:25 -0700\" {3}\r\nabc",
            "a APPEND Sent {3+}\r\nabc",
            "a UID EXPUNGE 4,6",
            "a UID MOVE 4 Archive",
            "a SEARCH HEADER Message-ID <x@y> NOT SEEN OR FROM a (SINCE 1-Feb-1994 1:3)",
            "a ENABLE CONDSTORE",
        ] {
            assert!(read(good).is_ok(), "{good:?}: {:?}", read(good));
        }
    }

    #[test]
    fn refuses_what_the_grammar_does_not_have() {
        for bad in [
            "",
            "a",
            "a ",
            " NOOP",
            "a  NOOP",
            "a NOOP ",
            "a LOGIN demo  demo",
            "a LOGIN demo",
            "a LOGIN \"demo demo",
            "a LOGIN \"d\\emo\" x",
            "a SELECT",
            "a SELECT caf\u{e9}",
            "a UID NOOP",
            "a UID FETCH 0 FLAGS",
            "a UID FETCH 1: FLAGS",
            "a UID FETCH 1 (FLAGS,UID)",
            "a UID FETCH 1 BODY.PEEK[]<0.0>",
            "a UID FETCH 1 BODY[1.]",
            "a UID FETCH 1 BODY[MIME]",
            "a APPEND Sent \"abc\"",
            "a APPEND Sent {3}\r\nabcd",
            "a UID STORE 1 FLAGS (\\Recent)",
            "a FETCH 1 (FLAGS",
        ] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
