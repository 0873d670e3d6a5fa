//! Contact cards: RFC 2421 section 4.3.3, RFC 2425, 2426. Read strictly, line by line; what users see
//! of a card is `message::card`'s.

use super::{
    lex,
    rule::{Findings, Level, Rule, Scope, Verdict, shown},
    scene::{Content, Scene, place, role},
};
use crate::view::{Part, encoding};
use aloud_model::VoiceContent;

pub(super) const RULES: &[Rule] = &[
    Rule::new("VPIM-4.3.3-a", Level::ShouldNot, Scope::Vpim, no_card)
        .note("RFC 3801; RFC 2421 says SHOULD"),
    Rule::new("VPIM-4.3.3-b", Level::Must, Scope::Vpim, media_type).note(OLD),
    Rule::new("VPIM-4.3.3-c", Level::Must, Scope::Vpim, required).note(OLD),
    Rule::new("VPIM-4.3.3-d", Level::Should, Scope::Vpim, wanted).note(OLD),
    Rule::new("VPIM-4.3.3-e", Level::Must, Scope::Vpim, same_name).note(OLD),
    Rule::new("VPIM-4.3.3-f", Level::Must, Scope::Vpim, sound).note(OLD),
    Rule::new("VPIM-4.3.3-g", Level::Must, Scope::Vpim, one_card).note(OLD),
    Rule::new("VPIM-4.3.3-i", Level::Should, Scope::Vpim, vpim_address).note(OLD),
    Rule::new("VPIM-6-e", Level::Should, Scope::Voice, own_address),
    Rule::new("VCARD-2425-5.8.1-a", Level::Must, Scope::All, lines),
    Rule::new("VCARD-2426-a", Level::Must, Scope::All, names),
    Rule::new("VCARD-2426-b", Level::Must, Scope::All, escapes),
    Rule::new("VCARD-2426-c", Level::Must, Scope::All, sound_syntax),
    Rule::new("VCARD-2392-a", Level::Must, Scope::All, sound_is_there),
];

const OLD: &str = "RFC 2421; RFC 3801 has no rules for cards";
const NO_CARD: &str = "no contact card";
/// Lines of a card that are read.
const LINES_MAX: usize = 2_000;
/// Cards that are read.
const CARDS_MAX: usize = 20;

/// One property as written.
struct Property {
    /// Upper case, without group.
    name: String,
    /// Parameters: name in upper case, value; a bare one has no value.
    parameters: Vec<(String, Option<String>)>,
    value: String,
}

impl Property {
    fn read(line: &str) -> Option<Self> {
        let mut in_quotes = false;
        let colon = line.char_indices().find_map(|(at, c)| {
            in_quotes ^= c == '"';
            (c == ':' && !in_quotes).then_some(at)
        })?;
        let (head, value) = line.split_at(colon);
        let mut pieces = head.split(';');
        let name = pieces.next().unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default().trim().to_ascii_uppercase();
        let parameters = pieces.map(|piece| match piece.split_once('=') {
            Some((key, value)) => (key.trim().to_ascii_uppercase(), Some(value.to_owned())),
            None => (piece.trim().to_ascii_uppercase(), None),
        });
        Some(Self {
            name,
            parameters: parameters.collect(),
            value: value.get(1..).unwrap_or_default().to_owned(),
        })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(key, _)| key == name)?;
        found.1.as_deref()
    }

    /// Whether a TYPE is named, in either spelling.
    fn has_type(&self, wanted: &str) -> bool {
        self.parameters.iter().any(|(key, value)| match value {
            Some(value) => {
                key == "TYPE" && value.split(',').any(|v| v.trim().eq_ignore_ascii_case(wanted))
            }
            None => key.eq_ignore_ascii_case(wanted),
        })
    }
}

/// A card of this message, not of those inside.
struct Doc<'s, 'a> {
    part: &'s Part<'a>,
    content: &'s Content,
    properties: Vec<Property>,
}

impl Doc<'_, '_> {
    fn at(&self) -> String {
        place(self.part)
    }

    fn all<'d>(&'d self, name: &'d str) -> impl Iterator<Item = &'d Property> {
        self.properties.iter().filter(move |p| p.name == name)
    }

    fn has(&self, name: &str) -> bool {
        self.all(name).any(|p| !p.value.trim().is_empty())
    }

    /// Version 3.0 by label or by content; other versions have other rules.
    fn is_3(&self) -> bool {
        self.part.is("text/directory")
            || self.all("VERSION").next().is_none_or(|p| p.value.trim() == "3.0")
    }
}

fn is_card(part: &Part<'_>) -> bool {
    ["text/directory", "application/directory", "text/vcard", "text/x-vcard"]
        .iter()
        .any(|t| part.is(t))
}

fn cards<'s, 'a>(s: &'s Scene<'a>) -> impl Iterator<Item = Doc<'s, 'a>> {
    s.leaves().filter(|(part, _)| is_card(part)).take(CARDS_MAX).map(|(part, content)| {
        let charset = part.content.text("charset");
        let text = encoding::text(&content.octets, charset.as_deref());
        let unfolded = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
        let properties = unfolded.lines().take(LINES_MAX).filter_map(Property::read).collect();
        Doc { part, content, properties }
    })
}

fn over_cards(
    s: &Scene<'_>,
    pass: &str,
    each: fn(&Scene<'_>, &Doc<'_, '_>, &mut Findings),
) -> Verdict {
    let mut f = Findings::default();
    for card in cards(s) {
        each(s, &card, &mut f);
    }
    f.verdict(pass, NO_CARD)
}

/// As [`over_cards`], for the rules of version 3.0.
fn over_cards_3(
    s: &Scene<'_>,
    pass: &str,
    each: fn(&Scene<'_>, &Doc<'_, '_>, &mut Findings),
) -> Verdict {
    let mut f = Findings::default();
    for card in cards(s).filter(Doc::is_3) {
        each(s, &card, &mut f);
    }
    f.verdict(pass, "no contact card of version 3.0")
}

/// The EMAIL marked `pref`, else the first.
pub(super) fn preferred_email(s: &Scene<'_>) -> Option<String> {
    let card = cards(s).next()?;
    let chosen =
        card.all("EMAIL").find(|p| p.has_type("pref")).or_else(|| card.all("EMAIL").next());
    chosen.map(|p| p.value.trim().to_owned())
}

fn no_card(s: &Scene<'_>) -> Verdict {
    match cards(s).next() {
        None => Verdict::Pass("no contact card".into()),
        Some(card) => Verdict::Fail(format!("{} is a contact card", card.at())),
    }
}

fn media_type(s: &Scene<'_>) -> Verdict {
    over_cards(s, "text/directory; charset; profile=vCard", |_, card, f| {
        let (at, content) = (card.at(), &card.part.content);
        f.expect(card.part.is("text/directory"), || format!("{at} is {}", content.value));
        f.expect(content.text("charset").is_some(), || format!("{at}: no charset"));
        let profile = content.token("profile");
        f.expect(profile.as_deref() == Some("vcard"), || format!("{at}: no profile=vCard"));
    })
}

fn required(s: &Scene<'_>) -> Verdict {
    over_cards(s, "TEL, EMAIL, VERSION:3.0 and a name", |_, card, f| {
        let at = card.at();
        f.expect(card.has("TEL"), || format!("{at}: no TEL"));
        f.expect(card.has("EMAIL"), || format!("{at}: no EMAIL"));
        let version = card.all("VERSION").any(|p| p.value.trim() == "3.0");
        f.expect(version, || format!("{at}: no VERSION:3.0"));
        f.expect(card.has("FN") || card.has("N"), || format!("{at}: no name"));
        let international = card.all("TEL").any(|p| p.value.trim().starts_with('+'));
        f.expect(international || !card.has("TEL"), || {
            format!("{at}: no TEL is in the international form")
        });
    })
}

fn wanted(s: &Scene<'_>) -> Verdict {
    over_cards(s, "N, ROLE, SOUND and REV", |_, card, f| {
        for name in ["N", "ROLE", "SOUND", "REV"] {
            f.expect(card.has(name), || format!("{}: no {name}", card.at()));
        }
    })
}

/// A text value without its escapes.
fn plain(value: &str) -> String {
    value.replace("\\n", " ").replace("\\N", " ").replace('\\', "")
}

fn same_name(s: &Scene<'_>) -> Verdict {
    let phrase = s.in_field("From").find_map(|m| m.name.clone());
    let Some(phrase) = phrase else {
        return Verdict::NotApplicable("no name in From".into());
    };
    let mut f = Findings::default();
    for card in cards(s) {
        let Some(n) = card.all("N").next() else { continue };
        let phrase = phrase.to_lowercase();
        let words: Vec<&str> = phrase.split(|c: char| !c.is_alphanumeric()).collect();
        // The family name is the component that every card has; it must occur in the phrase.
        let family = n.value.split(';').next().map(plain).unwrap_or_default().to_lowercase();
        let agrees = family
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .all(|w| words.contains(&w));
        f.expect(agrees, || format!("{}: N:{} and From: {phrase}", card.at(), n.value));
    }
    f.verdict("the name is that of From", NO_CARD)
}

/// The Content-ID of a `cid:` URL.
fn cid(value: &str) -> Option<String> {
    let value = value.trim();
    let start = value.get(..4)?;
    let id = value.get(4..).filter(|_| start.eq_ignore_ascii_case("cid:"))?;
    // The brackets of RFC 2421's examples do not belong there; VCARD-2426-c says so.
    let octets = encoding::percent(id.trim().trim_matches(['<', '>']).as_bytes());
    Some(String::from_utf8_lossy(&octets).into_owned())
}

/// The recording with a Content-ID.
fn by_id<'s, 'a>(s: &'s Scene<'a>, id: &str) -> Option<&'s Part<'a>> {
    s.leaves().map(|(part, _)| part).find(|part| {
        part.header
            .first("content-id")
            .is_some_and(|value| lex::unfolded(value).trim_matches(['<', '>']) == id)
    })
}

fn sound(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let name = s
        .audio()
        .map(|(part, _)| part)
        .find(|part| role(part) == Some(VoiceContent::OriginatorSpokenName));
    for card in cards(s) {
        let at = card.at();
        let sound = card.all("SOUND").next();
        let Some(sound) = sound else {
            if name.is_some() {
                f.bad(format!("{at}: a spoken name is there, and no SOUND points to it"));
            }
            continue;
        };
        match cid(&sound.value).map(|id| (by_id(s, &id), id)) {
            None => f.bad(format!("{at}: SOUND does not refer to a part")),
            Some((None, id)) => f.bad(format!("{at}: SOUND refers to {id}, which is not here")),
            Some((Some(part), id)) => {
                let right =
                    part.main_type() == "audio" && name.is_none_or(|name| name.path == part.path);
                f.expect(right, || format!("{at}: SOUND refers to {id}, not the spoken name"));
            }
        }
    }
    f.verdict("SOUND refers to the spoken name", "no contact card, or neither SOUND nor name")
}

fn one_card(s: &Scene<'_>) -> Verdict {
    let count = cards(s).count();
    match count {
        0 => Verdict::NotApplicable(NO_CARD.into()),
        1 => Verdict::Pass("one contact card".into()),
        n => Verdict::Fail(format!("{n} contact cards")),
    }
}

fn vpim_address(s: &Scene<'_>) -> Verdict {
    over_cards(s, "an EMAIL is marked vpim", |_, card, f| {
        let marked = card.all("EMAIL").any(|p| p.has_type("vpim"));
        f.expect(marked, || format!("{}: no EMAIL has TYPE=vpim", card.at()));
    })
}

fn own_address(s: &Scene<'_>) -> Verdict {
    let Some(from) = s.in_field("From").find_map(|m| m.addr.clone()) else {
        return Verdict::NotApplicable("no address in From".into());
    };
    let mut f = Findings::default();
    for card in cards(s).filter(|card| card.has("EMAIL")) {
        let own = card.all("EMAIL").any(|p| p.value.trim().eq_ignore_ascii_case(from.as_str()));
        f.expect(own, || format!("{}: no EMAIL is {from}; receivers will ask", card.at()));
    }
    f.verdict("the card has the sender’s address", "no contact card with an address")
}

fn lines(s: &Scene<'_>) -> Verdict {
    over_cards_3(s, "CRLF, folded at 75 octets", |_, card, f| {
        f.look();
        let mut previous = 0;
        for &b in &card.content.octets {
            if b == b'\n' && previous != b'\r' {
                f.bad(format!("{}: a line ends with LF alone", card.at()));
                break;
            }
            previous = b;
        }
        for line in card.content.octets.split(|b| *b == b'\n') {
            let length = line.strip_suffix(b"\r").unwrap_or(line).len();
            if length > 75 {
                f.doubt(format!("{}: a line of {length} octets should be folded", card.at()));
                break;
            }
        }
    })
}

fn names(s: &Scene<'_>) -> Verdict {
    over_cards_3(s, "FN, N and VERSION:3.0", |_, card, f| {
        for name in ["FN", "N"] {
            f.expect(card.all(name).count() == 1, || {
                format!("{}: {} times {name}", card.at(), card.all(name).count())
            });
        }
        let version = card.all("VERSION").any(|p| p.value.trim() == "3.0");
        f.expect(version, || format!("{}: no VERSION:3.0", card.at()));
    })
}

fn escapes(s: &Scene<'_>) -> Verdict {
    over_cards_3(s, "text is escaped, every type has TYPE=", |_, card, f| {
        f.look();
        let at = card.at();
        for property in &card.properties {
            for (bare, _) in property.parameters.iter().filter(|(_, value)| value.is_none()) {
                f.bad(format!("{at}: {};{bare} without TYPE=", property.name));
            }
        }
        for property in ["FN", "ROLE", "TITLE", "NOTE"].iter().flat_map(|name| card.all(name)) {
            let mut escaped = false;
            let open = property.value.chars().any(|c| {
                let open = !escaped && matches!(c, ',' | ';');
                escaped = c == '\\' && !escaped;
                open
            });
            f.expect(!open, || {
                format!("{at}: {}:{} without backslash", property.name, property.value)
            });
        }
    })
}

fn sound_syntax(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for card in cards(s).filter(Doc::is_3) {
        for sound in card.all("SOUND") {
            let by_reference =
                sound.parameter("VALUE").is_some_and(|v| v.eq_ignore_ascii_case("uri"));
            let inline = sound.parameter("ENCODING").is_some_and(|v| v.eq_ignore_ascii_case("b"));
            let url = cid(&sound.value).is_some() && !sound.value.contains(['<', ' ']);
            let legal = if by_reference { url } else { inline };
            f.expect(legal, || {
                format!(
                    "{}: SOUND is neither VALUE=uri:cid:… nor ENCODING=b: “{}”",
                    card.at(),
                    shown(&sound.value)
                )
            });
            let part = cid(&sound.value).and_then(|id| by_id(s, &id));
            if let (Some(part), Some(kind)) = (part, sound.parameter("TYPE")) {
                let real = part.content.value.strip_prefix("audio/").unwrap_or_default();
                f.expect(kind.eq_ignore_ascii_case(real), || {
                    format!("{}: SOUND has TYPE={kind}, {} is {real}", card.at(), place(part))
                });
            }
        }
    }
    f.verdict("SOUND by cid: URL, or in base64, of the type it says", "no SOUND")
}

fn sound_is_there(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for card in cards(s) {
        for id in card.all("SOUND").filter_map(|p| cid(&p.value)) {
            f.expect(by_id(s, &id).is_some(), || {
                format!("{}: no part of the message has the Content-ID {id}", card.at())
            });
        }
    }
    f.verdict("the part that SOUND refers to is there", "no SOUND by reference")
}
