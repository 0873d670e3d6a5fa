//! Rows of the directory. How cards are matched and taken over is in `engine::directory`.

use std::{collections::HashSet, sync::Arc, time::Duration};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params, types::Type};
use serde::{Deserialize, Serialize};

use super::{
    Error, Missing, Result, some,
    vocabulary::{Word, quoted, vocabulary},
};
use crate::types::{CardField, Contact, ContactEmail, ContactSource, ContactTel, SpokenName};
use aloud_message::{address, card::Property, keypad};
use aloud_model::{AddrSpec, ContactId, MessageKey, MessageKind};

vocabulary! {
    /// How a contact's data came here.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum SourceKind in "contacts.source" {
        /// The user typed it.
        #[default]
        Typed = "typed",
        /// A card that came with a message.
        Card = "card",
        /// A file the user chose.
        File = "file",
        /// White pages.
        Directory = "directory",
    }
}

/// Where a contact's data comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// How it came here.
    pub kind: SourceKind,
    /// The sender of the card, or the name of the file or the white pages.
    pub name: String,
    /// Date of the message that brought the card.
    pub date: i64,
    /// Its subject.
    pub subject: String,
    /// When it was added here.
    pub added: i64,
}

/// A whole row: what [`Contact`] shows, and the sound.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ContactRow {
    /// Row; 0 before it is stored.
    pub id: i64,
    /// Formatted name.
    pub name: String,
    /// Fields that the user typed, so no card replaces them: bits of [`CardField`], in the column
    /// `name_edited`, which once was for the name alone.
    #[serde(default)]
    pub typed: i64,
    /// Role or title.
    pub role: String,
    /// Organisation.
    pub organization: String,
    /// Place.
    pub place: String,
    /// Time zone.
    pub zone: String,
    /// Media type of the photo.
    pub photo_type: String,
    /// Encoded photo.
    pub photo: Vec<u8>,
    /// Media type of the spoken name.
    pub sound_type: String,
    /// Encoded spoken name.
    pub sound: Vec<u8>,
    /// Its length; -1 when unknown.
    pub sound_ms: i64,
    /// Send this person our own card.
    pub wants_card: bool,
    /// When the card was last changed, digits only; empty when it does not say.
    pub rev: String,
    /// Where it comes from.
    pub source: Source,
    /// Message with a newer card; 0 for none.
    pub newer_card: i64,
    /// Addresses: address, takes VPIM, preferred.
    pub emails: Vec<(String, bool, bool)>,
    /// Numbers: number, kinds.
    pub tels: Vec<(String, Vec<String>)>,
    /// What its cards said beyond these fields, for handing it on: N, ORG, ADR, TITLE, ROLE, NICKNAME,
    /// BDAY, URL with their components, and NOTE.
    #[serde(default)]
    pub properties: Vec<Property>,
}

const ROW: &str = "SELECT id, name, name_edited, role, organization, place, zone, photo_type, \
    photo, sound_type, sound, sound_ms, wants_card, source, source_name, source_date, \
    source_subject, newer_card, created, rev, properties FROM contacts";

fn row(row: &Row<'_>) -> rusqlite::Result<ContactRow> {
    Ok(ContactRow {
        id: row.get(0)?,
        name: row.get(1)?,
        typed: row.get(2)?,
        role: row.get(3)?,
        organization: row.get(4)?,
        place: row.get(5)?,
        zone: row.get(6)?,
        photo_type: row.get(7)?,
        photo: row.get(8)?,
        sound_type: row.get(9)?,
        sound: row.get(10)?,
        sound_ms: row.get(11)?,
        wants_card: row.get(12)?,
        source: Source {
            kind: row.get::<_, Word<_>>(13)?.0,
            name: row.get(14)?,
            date: row.get(15)?,
            subject: row.get(16)?,
            added: row.get(18)?,
        },
        newer_card: row.get(17)?,
        rev: row.get(19)?,
        emails: Vec::new(),
        tels: Vec::new(),
        properties: properties(&row.get::<_, String>(20)?)?,
    })
}

/// The properties of a column.
fn properties(json: &str) -> rusqlite::Result<Vec<Property>> {
    if json.is_empty() {
        return Ok(Vec::new());
    }
    let failed = |e| rusqlite::Error::FromSqlConversionFailure(20, Type::Text, Box::new(e));
    serde_json::from_str(json).map_err(failed)
}

fn with_lists(c: &Connection, mut contact: ContactRow) -> Result<ContactRow> {
    let mut emails = c.prepare_cached(
        "SELECT address, vpim, preferred FROM contact_emails WHERE contact = ?1 ORDER BY id",
    )?;
    contact.emails = emails
        .query_map([contact.id], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
        .collect::<std::result::Result<_, _>>()?;
    let mut tels =
        c.prepare_cached("SELECT number, kinds FROM contact_tels WHERE contact = ?1 ORDER BY id")?;
    contact.tels = tels
        .query_map([contact.id], |r| {
            let kinds: String = r.get(1)?;
            Ok((r.get(0)?, kinds.split_whitespace().map(str::to_owned).collect()))
        })?
        .collect::<std::result::Result<_, _>>()?;
    Ok(contact)
}

/// One contact.
pub(crate) fn one(c: &Connection, id: ContactId) -> Result<ContactRow> {
    let found = c
        .prepare_cached(&format!("{ROW} WHERE id = ?1 AND deleted = 0"))?
        .query_row([id.0], row)
        .optional()?;
    with_lists(c, found.ok_or(Error::NotFound(Missing::Contact(id)))?)
}

/// Contacts whose name, organisation, address or number contains `search`, by name; after them those
/// whose name it spells on the keys of a telephone. At most `most`.
pub(crate) fn find(c: &Connection, search: &str, most: usize) -> Result<Vec<ContactRow>> {
    let text = search.trim();
    let like = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let digits = dialled(text);
    let number = if digits.len() >= 2 && text.chars().all(|c| !c.is_alphabetic()) {
        format!("%{digits}%")
    } else {
        "\u{1}".into()
    };
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    // Only numbers of rows are sorted: a photo a row would be much.
    let mut query = c.prepare_cached(
        "SELECT id FROM contacts k WHERE deleted = 0 AND (name LIKE ?1 ESCAPE '\\' \
         OR organization LIKE ?1 ESCAPE '\\' \
         OR id IN (SELECT contact FROM contact_emails WHERE address LIKE ?1 ESCAPE '\\') \
         OR id IN (SELECT contact FROM contact_tels WHERE digits LIKE ?2)) \
         ORDER BY name COLLATE NOCASE, id LIMIT ?3",
    )?;
    let found = query.query_map(params![like, number, limit], |row| row.get(0))?;
    let mut ids: Vec<i64> = found.collect::<std::result::Result<_, _>>()?;
    if let Some(spelled) = keypad::typed(text).filter(|_| ids.len() < most) {
        let mut query = c.prepare_cached(SPELLED)?;
        let known: HashSet<i64> = ids.iter().copied().collect();
        let found = query.query_map(params![spelled, limit], |row| row.get(0))?;
        for id in found {
            ids.extend(Some(id?).filter(|id| !known.contains(id)));
        }
        ids.truncate(most);
    }
    ids.into_iter().map(|id| one(c, ContactId(id))).collect()
}

/// Contacts that are spelled by keys that begin so: up to the character after 9.
const SPELLED: &str = "SELECT id FROM contacts WHERE deleted = 0 AND id IN \
    (SELECT contact FROM contact_keys WHERE digits >= ?1 AND digits < ?1 || ':') \
    ORDER BY name COLLATE NOCASE, id LIMIT ?2";

/// Writes what a contact is found by on the keys of a telephone.
fn save_keys(t: &Transaction<'_>, id: i64, name: &str) -> Result<()> {
    t.prepare_cached("DELETE FROM contact_keys WHERE contact = ?1")?.execute([id])?;
    let spelled = keypad::spellings(name);
    let none = spelled.is_empty().then(String::new);
    let mut insert =
        t.prepare_cached("INSERT INTO contact_keys (contact, digits) VALUES (?1, ?2)")?;
    for digits in spelled.into_iter().chain(none) {
        insert.execute(params![id, digits])?;
    }
    Ok(())
}

/// Those whose keys were never written: of before there were any, or from a copy of the directory.
const KEYLESS: &str = "FROM contacts WHERE id NOT IN (SELECT contact FROM contact_keys)";

/// Whether somebody cannot be found by keypad yet.
pub(crate) fn is_keyless(c: &Connection) -> Result<bool> {
    Ok(c.prepare(&format!("SELECT 1 {KEYLESS} LIMIT 1"))?.exists([])?)
}

/// Makes everybody be found by keypad.
pub(crate) fn fill_keys(t: &Transaction<'_>) -> Result<()> {
    let mut query = t.prepare(&format!("SELECT id, name {KEYLESS}"))?;
    let rows = query.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    for row in rows.collect::<std::result::Result<Vec<_>, _>>()? {
        save_keys(t, row.0, &row.1)?;
    }
    Ok(())
}

/// Digits of a number as it is dialled, for comparing: without the zero of calls inside the country,
/// the prefix of calls abroad and the extension. All digits, where it is no number that can be read.
#[must_use]
pub fn dialled(number: &str) -> String {
    match address::Typed::read(number, None) {
        Ok(typed) => digits(typed.number.as_str()),
        Err(_) => digits(number),
    }
}

/// All digits of a text.
#[must_use]
pub fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// The contact that has an address.
pub(crate) fn by_address(c: &Connection, address: &str) -> Result<Option<ContactId>> {
    Ok(contact_of(c, address)?.map(|(id, _)| ContactId(id)))
}

/// Contacts that have a number; several people may share one.
pub(crate) fn by_number(c: &Connection, number: &str) -> Result<Vec<ContactId>> {
    let digits = dialled(number);
    if digits.len() < 3 {
        return Ok(Vec::new());
    }
    let mut query = c.prepare_cached(
        "SELECT DISTINCT n.contact FROM contact_tels n JOIN contacts k ON k.id = n.contact \
         WHERE n.digits = ?1 AND k.deleted = 0 ORDER BY n.contact",
    )?;
    let rows = query.query_map([digits], |row| Ok(ContactId(row.get(0)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Writes a contact; makes a row when `id` is 0.
pub(crate) fn save(t: &Transaction<'_>, contact: &ContactRow) -> Result<ContactId> {
    let id = if contact.id == 0 {
        t.execute("INSERT INTO contacts (name) VALUES ('')", [])?;
        t.last_insert_rowid()
    } else {
        contact.id
    };
    let kept = match contact.properties.as_slice() {
        [] => String::new(),
        some => serde_json::to_string(some).map_err(|e| Error::Store(e.to_string()))?,
    };
    let changed = t.execute(
        "UPDATE contacts SET name = ?2, name_edited = ?3, role = ?4, organization = ?5, \
         place = ?6, zone = ?7, photo_type = ?8, photo = ?9, sound_type = ?10, sound = ?11, \
         sound_ms = ?12, wants_card = ?13, source = ?14, source_name = ?15, source_date = ?16, \
         source_subject = ?17, newer_card = ?18, created = ?19, rev = ?20, properties = ?21, deleted = 0 \
         WHERE id = ?1",
        params![
            id,
            contact.name,
            contact.typed,
            contact.role,
            contact.organization,
            contact.place,
            contact.zone,
            contact.photo_type,
            contact.photo,
            contact.sound_type,
            contact.sound,
            contact.sound_ms,
            contact.wants_card,
            Word(contact.source.kind),
            contact.source.name,
            contact.source.date,
            contact.source.subject,
            contact.newer_card,
            contact.source.added,
            contact.rev,
            kept
        ],
    )?;
    if changed == 0 {
        return Err(Error::NotFound(Missing::Contact(ContactId(id))));
    }
    t.execute("DELETE FROM contact_emails WHERE contact = ?1", [id])?;
    for (address, vpim, preferred) in &contact.emails {
        let address = &as_written(address);
        t.execute(
            "INSERT INTO contact_emails (contact, address, lookup_key, vpim, preferred) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id, address, lookup_key(address), vpim, preferred],
        )?;
    }
    t.execute("DELETE FROM contact_tels WHERE contact = ?1", [id])?;
    for (number, kinds) in &contact.tels {
        t.execute(
            "INSERT INTO contact_tels (contact, number, digits, kinds) VALUES (?1, ?2, ?3, ?4)",
            params![id, number, dialled(number), kinds.join(" ")],
        )?;
    }
    save_keys(t, id, &contact.name)?;
    Ok(ContactId(id))
}

/// Hides a contact, so that undo can bring it back.
pub(crate) fn hide(t: &Transaction<'_>, id: ContactId, now: i64) -> Result<()> {
    let changed = t.execute(
        "UPDATE contacts SET deleted = ?2 WHERE id = ?1 AND deleted = 0",
        params![id.0, now.max(1)],
    )?;
    if changed == 0 {
        return Err(Error::NotFound(Missing::Contact(id)));
    }
    Ok(())
}

/// Brings a hidden contact back.
pub(crate) fn unhide(t: &Transaction<'_>, id: ContactId) -> Result<()> {
    t.execute("UPDATE contacts SET deleted = 0 WHERE id = ?1", [id.0])?;
    Ok(())
}

/// Forgets contacts hidden before `before` for good.
pub(crate) fn purge(t: &Transaction<'_>, before: i64) -> Result<()> {
    t.execute("DELETE FROM contacts WHERE deleted <> 0 AND deleted < ?1", [before])?;
    Ok(())
}

/// Notes that a message carries a newer card of a contact; whether that was news.
pub(crate) fn set_newer_card(t: &Transaction<'_>, id: ContactId, message: i64) -> Result<bool> {
    let changed = t.execute(
        "UPDATE contacts SET newer_card = ?2 WHERE id = ?1 AND newer_card <> ?2",
        params![id.0, message],
    )?;
    Ok(changed > 0)
}

/// The user does not want this card.
pub(crate) fn dismiss(t: &Transaction<'_>, key: MessageKey, path: &str) -> Result<()> {
    t.execute(
        "INSERT OR IGNORE INTO card_dismissals (message, path) VALUES (?1, ?2)",
        params![key.0, path],
    )?;
    Ok(())
}

/// Whether the user does not want this card.
pub(crate) fn dismissed(c: &Connection, key: MessageKey, path: &str) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM card_dismissals WHERE message = ?1 AND path = ?2")?
        .exists(params![key.0, path])?)
}

/// A person as they last wrote: kind and profile of their newest message that tells most.
pub(crate) fn last_wrote(c: &Connection, address: &str) -> Result<Option<(MessageKind, String)>> {
    let reports = quoted(&[MessageKind::Mdn, MessageKind::Dsn]);
    Ok(c.prepare_cached(&format!(
        "SELECT kind, profile FROM messages WHERE sender_address = ?1 AND kind NOT IN ({reports}) \
         ORDER BY profile = '', kind <> ?2, date DESC LIMIT 1"
    ))?
    .query_row(params![address, Word(MessageKind::Voice)], |row| {
        Ok((row.get::<_, Word<_>>(0)?.0, row.get(1)?))
    })
    .optional()?)
}

/// Whether we have sent something to an address: then it is no mere claim of a card.
pub(crate) fn was_written_to(c: &Connection, address: &str) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM deliveries WHERE recipient = ?1")?.exists([address])?)
}

/// Whether a person has sent a contact card along.
pub(crate) fn sent_a_card(c: &Connection, address: &str) -> Result<bool> {
    Ok(c.prepare_cached("SELECT 1 FROM messages WHERE sender_address = ?1 AND has_card = 1")?
        .exists([address])?)
}

/// Whether a contact's name is there in their own voice, and how long it is.
///
/// # Errors
/// [`Error::Store`].
pub(crate) fn spoken_name(c: &Connection, id: ContactId) -> Result<Option<SpokenName>> {
    let found: Option<i64> = c
        .prepare_cached(
            "SELECT sound_ms FROM contacts WHERE id = ?1 AND deleted = 0 AND length(sound) > 0",
        )?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    Ok(found.map(|ms| SpokenName {
        contact: id,
        length: u64::try_from(ms).ok().map(Duration::from_millis),
    }))
}

/// The contact with an address; separators in numbers do not count (RFC 3801 section 4.1.1).
pub(super) fn contact_of(c: &Connection, address: &str) -> Result<Option<(i64, String)>> {
    Ok(c.prepare_cached(
        "SELECT k.id, k.name FROM contact_emails e JOIN contacts k ON k.id = e.contact \
         WHERE e.lookup_key = ?1 AND k.deleted = 0 ORDER BY k.id LIMIT 1",
    )?
    .query_row([lookup_key(address)], |row| Ok((row.get(0)?, row.get(1)?)))
    .optional()?)
}

/// The address as mail to it is written, its domain in A-labels; as it is where it cannot be so.
fn as_written(address: &str) -> String {
    let ascii =
        AddrSpec::parse(address).ok().and_then(|addr| aloud_message::address::in_ascii(&addr).ok());
    ascii.map_or_else(|| address.to_owned(), |(addr, _)| addr.to_string())
}

/// What an address is looked up by.
pub(crate) fn lookup_key(address: &str) -> String {
    AddrSpec::parse(address)
        .map_or_else(|_| address.to_lowercase(), |addr| aloud_message::address::lookup_key(&addr))
}

impl ContactRow {
    /// Whether the user typed this field.
    #[must_use]
    pub fn is_typed(&self, field: CardField) -> bool {
        self.typed & field.bit() != 0
    }

    /// As the window shows it.
    #[must_use]
    pub fn shown(&self, source: ContactSource) -> Contact {
        Contact {
            id: (self.id != 0).then_some(ContactId(self.id)),
            name: self.name.clone(),
            role: some(self.role.clone()),
            organization: some(self.organization.clone()),
            emails: self
                .emails
                .iter()
                .filter_map(|(address, vpim, preferred)| {
                    let addr = AddrSpec::parse(address).ok()?;
                    Some(ContactEmail { addr, vpim: *vpim, preferred: *preferred })
                })
                .collect(),
            tels: self
                .tels
                .iter()
                .map(|(number, kinds)| ContactTel { number: number.clone(), kinds: kinds.clone() })
                .collect(),
            place: some(self.place.clone()),
            zone: some(self.zone.clone()),
            photo: (!self.photo.is_empty())
                .then(|| (self.photo_type.clone(), Arc::from(self.photo.as_slice()))),
            has_spoken_name: !self.sound.is_empty(),
            spoken_name_length: u64::try_from(self.sound_ms).ok().map(Duration::from_millis),
            source,
            newer_card: (self.newer_card != 0).then_some(MessageKey(self.newer_card)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_in_every_notation() {
        for number in
            ["+44 (0)20 7946 0153", "0044 20 7946 0153", "+442079460153 x12", "tel:+442079460153"]
        {
            assert_eq!(dialled(number), "442079460153", "{number}");
        }
        assert_eq!(dialled("+44 (0)20 79"), "4402079", "not whole yet: what was typed");
    }

    fn person(id: i64, name: &str) -> ContactRow {
        ContactRow { id, name: name.into(), sound_ms: -1, ..ContactRow::default() }
    }

    #[test]
    fn keys_follow_the_name() {
        let (_dir, store) = crate::store::tests::scratch();
        let found = |search: &'static str| {
            let names = store.read_now(move |c| find(c, search, 10)).expect("people");
            names.into_iter().map(|row| row.name).collect::<Vec<_>>()
        };
        let id = store.write_now(|t| save(t, &person(0, "Benno Keller"))).expect("saved");
        assert_eq!(found("2366"), ["Benno Keller"]);
        store.write_now(|t| save(t, &person(id.0, "Ada Keller"))).expect("saved");
        assert_eq!((found("2366"), found("232")), (vec![], vec!["Ada Keller".to_owned()]));
        store.write_now(|t| hide(t, id, 1)).expect("hidden");
        assert!(found("232").is_empty());
        store.write_now(|t| unhide(t, id)).expect("back");
        // As after a rebuild, and as of before there were keys.
        store.write_now(|t| Ok(t.execute("DELETE FROM contact_keys", [])?)).expect("gone");
        store.write_now(|t| save(t, &person(0, "山田"))).expect("saved");
        assert!(store.read_now(is_keyless).expect("looked"));
        store.write_now(fill_keys).expect("filled");
        assert!(!store.read_now(is_keyless).expect("looked"));
        assert_eq!(found("232"), ["Ada Keller"]);
    }

    #[test]
    fn the_keys_of_many_are_looked_up_and_not_scanned() {
        let (_dir, store) = crate::store::tests::scratch();
        let plan: Vec<String> = store
            .read_now(|c| {
                let mut query = c.prepare(&format!("EXPLAIN QUERY PLAN {SPELLED}"))?;
                let rows = query.query_map(params!["23", 10], |row| row.get(3))?;
                Ok(rows.collect::<std::result::Result<_, _>>()?)
            })
            .expect("a plan");
        assert!(plan.iter().all(|step| !step.starts_with("SCAN")), "{plan:?}");
        assert!(plan.iter().any(|step| step.contains("contact_keys_digits")), "{plan:?}");
    }
}
