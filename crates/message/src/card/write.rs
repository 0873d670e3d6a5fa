//! Writing vCard 3.0 (RFC 2426, RFC 2421 section 4.3.3): CRLF, folded at 75 octets, escaped, so that
//! no value can start a line of its own.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    CardDoc, Property, Sound,
    lines::{NO_TYPES, READING, uri},
};

/// Longest line without its line end (RFC 2425 section 5.8.1).
const LINE: usize = 75;

/// The card as text, CRLF at the end of each line. FN and N are always there. A spoken name in another
/// part is taken to be 32KADPCM, as in VPIM.
#[must_use]
pub fn write(card: &CardDoc) -> String {
    write_with(card, "32KADPCM")
}

/// As [`write()`], with the TYPE of a spoken name in another part: `BASIC` where that is audio/basic.
#[must_use]
pub fn write_with(card: &CardDoc, sound: &str) -> String {
    let mut out = Out::default();
    out.line("BEGIN:VCARD");
    out.line("VERSION:3.0");
    let parts = [&card.given, &card.family];
    let joined: Vec<&str> = parts.into_iter().filter_map(|p| p.as_deref()).collect();
    let name = card.name.clone().unwrap_or_else(|| joined.join(" "));
    out.text("FN", &name);
    if !out.kept(card, "N", |n| is_name(n, card)) {
        let family = card.family.as_deref().or(card.given.is_none().then_some(name.as_str()));
        out.line(&format!(
            "N:{};{};;;",
            escape(family.unwrap_or_default()),
            escape(card.given.as_deref().unwrap_or_default())
        ));
    }
    if let Some(organization) = &card.organization
        && !out.kept(card, "ORG", |org| org.joined() == *organization)
    {
        out.text("ORG", organization);
    }
    // Role wins over title where a card has both; then the title stays beside it.
    if let Some(role) = &card.role {
        let titled = card.properties.iter().any(|p| p.name == "ROLE" && p.joined() == *role);
        let title = out.kept(card, "TITLE", |title| titled || title.joined() == *role);
        if titled || !title {
            out.text("ROLE", role);
        }
    }
    for property in ["NICKNAME", "BDAY", "URL"] {
        out.kept(card, property, |_| true);
    }
    for tel in &card.tels {
        let mut types: Vec<String> = tel.kinds.iter().map(|k| token(k)).collect();
        types.extend(tel.preferred.then(|| "pref".to_owned()));
        out.typed("TEL", &types, &escape(&tel.number));
    }
    for email in &card.emails {
        let mut types = vec!["internet".to_owned()];
        types.extend(email.vpim.then(|| "vpim".to_owned()));
        types.extend(email.preferred.then(|| "pref".to_owned()));
        out.typed("EMAIL", &types, &escape(&email.addr));
    }
    let first = card.properties.iter().find(|p| p.name == "ADR");
    let unchanged = first.is_some_and(|adr| Some(adr.joined()) == card.place);
    if let Some(place) = card.place.as_ref().filter(|_| !out.kept(card, "ADR", |_| unchanged)) {
        // Post box, extended, street, locality, region, code, country.
        out.line(&format!("ADR:;;;{};;;", escape(place)));
    }
    if let Some(zone) = &card.zone {
        out.text("TZ", zone);
    }
    if let Some((media_type, octets)) = &card.photo {
        let kind = subtype(media_type);
        out.line(&format!("PHOTO;ENCODING=b;TYPE={kind}:{}", STANDARD.encode(octets)));
    }
    match &card.sound {
        Some(Sound::Cid(id)) => {
            out.line(&format!("SOUND;TYPE={};VALUE=uri:CID:{}", token(sound), url(id)));
        }
        Some(Sound::Inline { media_type, octets }) => {
            let kind = subtype(media_type);
            out.line(&format!("SOUND;ENCODING=b;TYPE={kind}:{}", STANDARD.encode(octets)));
        }
        None => {}
    }
    for (property, value) in [("NOTE", &card.notes), ("UID", &card.uid), ("REV", &card.rev)] {
        if let Some(value) = value {
            out.text(property, value);
        }
    }
    out.line("END:VCARD");
    out.0
}

/// Whether an N still says the names of the card.
fn is_name(n: &Property, card: &CardDoc) -> bool {
    let part = |at: usize| n.components.get(at).map(String::as_str).unwrap_or_default();
    let given: Vec<&str> = [part(1), part(2)].into_iter().filter(|c| !c.is_empty()).collect();
    part(0) == card.family.as_deref().unwrap_or_default()
        && given.join(" ") == card.given.as_deref().unwrap_or_default()
}

#[derive(Default)]
struct Out(String);

impl Out {
    /// Writes the properties of this name as they stood, those that still hold; whether there was
    /// one.
    fn kept(&mut self, card: &CardDoc, name: &str, holds: impl Fn(&Property) -> bool) -> bool {
        let mut any = false;
        for property in card.properties.iter().filter(|p| p.name == name && holds(p)) {
            let components = property.components.iter();
            let value = match name {
                "URL" => components.map(|c| uri(c)).collect(),
                "NICKNAME" => components.map(|c| escape(c)).collect::<Vec<_>>().join(","),
                _ => components.map(|c| escape(c)).collect::<Vec<_>>().join(";"),
            };
            let types: Vec<String> = property.types.iter().map(|kind| token(kind)).collect();
            self.typed(name, &types, &value);
            any = true;
        }
        any
    }

    fn text(&mut self, property: &str, value: &str) {
        self.line(&format!("{property}:{}", escape(value)));
    }

    fn typed(&mut self, property: &str, types: &[String], value: &str) {
        let types: Vec<&str> = types.iter().map(String::as_str).filter(|t| !t.is_empty()).collect();
        if types.is_empty() {
            self.line(&format!("{property}:{value}"));
        } else {
            self.line(&format!("{property};TYPE={}:{value}", types.join(",")));
        }
    }

    /// Folds at character boundaries.
    fn line(&mut self, line: &str) {
        let mut column = 0;
        for c in line.chars() {
            if column + c.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                column = 1;
            }
            self.0.push(c);
            column += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// RFC 2426 section 5. Other controls are dropped.
fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | ',' | ';' => {
                out.push('\\');
                out.push(c);
            }
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push_str("\\n");
            }
            '\n' | '\u{2028}' | '\u{2029}' => out.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// A parameter value: letters, digits and hyphens.
fn token(value: &str) -> String {
    value.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect()
}

/// `BASIC` of `audio/basic`; `SVG+XML` keeps its sign.
fn subtype(media_type: &str) -> String {
    let subtype = media_type.rsplit('/').next().unwrap_or_default().chars();
    let legal = subtype.filter(|c| c.is_ascii_alphanumeric() || "-+._".contains(*c));
    let subtype: String = legal.take(40).collect();
    // A reader would take it for the encoding, or for a text that says how the name is read.
    let encoding = NO_TYPES.iter().any(|name| subtype.eq_ignore_ascii_case(name));
    let reading = subtype.get(..READING.len()).is_some_and(|s| s.eq_ignore_ascii_case(READING));
    if encoding || reading { "UNKNOWN".into() } else { subtype.to_ascii_uppercase() }
}

/// A Content-ID in a `cid:` URL (RFC 2392).
fn url(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for b in id.bytes() {
        if b.is_ascii_alphanumeric() || b"-._~@+!$&'()*".contains(&b) {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Email, Tel};
    use super::*;

    #[test]
    fn writes_the_card_of_the_notes() {
        let tel = |number: &str, kinds: &[&str]| Tel {
            number: number.into(),
            kinds: kinds.iter().map(|k| (*k).into()).collect(),
            preferred: true,
        };
        let card = CardDoc {
            name: Some("Ada Okafor".into()),
            family: Some("Okafor".into()),
            given: Some("Ada".into()),
            role: Some("Service desk".into()),
            organization: Some("Example Voice Works".into()),
            tels: vec![tel("+1-613-555-0142", &["voice", "msg", "work"])],
            emails: vec![
                Email { addr: "ada.okafor@example.net".into(), vpim: false, preferred: true },
                Email { addr: "+16135550142@vm.example.net".into(), vpim: true, preferred: false },
            ],
            sound: Some(Sound::Cid("name.7f3a@client.example.net".into())),
            rev: Some("2025-03-04T14:10:00Z".into()),
            ..CardDoc::default()
        };
        let expected = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Okafor\nN:Okafor;Ada;;;\n\
            ORG:Example Voice Works\nROLE:Service desk\n\
            TEL;TYPE=voice,msg,work,pref:+1-613-555-0142\n\
            EMAIL;TYPE=internet,pref:ada.okafor@example.net\n\
            EMAIL;TYPE=internet,vpim:+16135550142@vm.example.net\n\
            SOUND;TYPE=32KADPCM;VALUE=uri:CID:name.7f3a@client.example.net\n\
            REV:2025-03-04T14:10:00Z\nEND:VCARD\n";
        assert_eq!(write(&card), expected.replace('\n', "\r\n"));
    }

    #[test]
    fn values_cannot_start_a_line() {
        let card = CardDoc {
            name: Some("a\r\nEMAIL:x@y,b;c\\d\u{2028}e".into()),
            tels: vec![Tel {
                number: "1\nX:2".into(),
                kinds: vec!["a:b\r\nc".into()],
                preferred: false,
            }],
            ..CardDoc::default()
        };
        let text = write(&card);
        assert!(text.contains("FN:a\\nEMAIL:x@y\\,b\\;c\\\\d\\ne\r\n"), "{text}");
        assert_eq!(text.lines().count(), 6, "{text}");
        let long = CardDoc { name: Some("ä".repeat(100)), ..CardDoc::default() };
        assert!(write(&long).split("\r\n").all(|l| l.len() <= 75));
    }
}
