//! The marks of voice mail and fax systems, as data: `assets/vendors.toml` and whatever a user adds.
//!
//! A vendor's row says by which clues its messages are known and where it writes caller, length,
//! pages, urgency and transcript. The rows decide nothing by themselves; `recognize` does. Rows that
//! must not classify (recall notices of Outlook carry Exchange's fields) are simply not marks.

use std::sync::{OnceLock, RwLock};

use serde::Deserialize;

use super::recognize::{Found, General};
use super::view::View;

mod file;
mod own;

pub use file::{FILE_MAX, Fault, ROWS_MAX, Reason};
pub use own::row_for;

/// What [`Table::install`] was given.
static INSTALLED: RwLock<Option<&'static Table>> = RwLock::new(None);

/// Lines of the text part that clues look at.
const TEXT_LINES: usize = 200;
/// Characters of one value that patterns look at.
const VALUE_MAX: usize = 1_000;
/// Characters one taken value may have, [`Take::Rest`] excepted.
const TAKE_MAX: usize = 80;

/// All rows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// In order of precedence.
    #[serde(default, rename = "vendor")]
    pub rows: Vec<Vendor>,
    /// For what no row knows; has a file of its own.
    #[serde(skip)]
    pub general: General,
}

impl Table {
    /// The rows that come with Aloud.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        // A test parses the same text, so the default is never taken in a build that passed.
        TABLE.get_or_init(|| {
            Self::parse(include_str!("../../../assets/vendors.toml")).unwrap_or_default()
        })
    }

    /// The table of this process: the one installed, else that of Aloud.
    #[must_use]
    pub fn current() -> &'static Self {
        INSTALLED.read().ok().and_then(|table| *table).unwrap_or_else(|| Self::builtin())
    }

    /// Sets the table of this process: at its start, and when the user changes it. An older one stays
    /// in memory, since somebody may be reading with it: some kilobytes for each change by hand.
    pub fn install(table: Self) {
        if let Ok(mut installed) = INSTALLED.write() {
            *installed = Some(Box::leak(Box::new(table)));
        }
    }

    /// Reads a table without faults.
    ///
    /// # Errors
    /// The line and the reason, for the person who wrote the file. [`Table::read`] goes on instead.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let (table, faults) = Self::read(text);
        faults.into_iter().next().map_or(Ok(table), Err)
    }

    /// These rows before those of `later`, and after them the ones that ask for it.
    #[must_use]
    pub fn before(self, later: &Self) -> Self {
        let (after, mut rows): (Vec<Vendor>, Vec<Vendor>) =
            self.rows.into_iter().partition(|row| row.after);
        rows.extend(later.rows.iter().cloned());
        rows.extend(after);
        Self { rows, general: later.general.clone() }
    }
}

/// What a row's messages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Voice mail.
    Voice,
    /// Fax.
    Fax,
    /// Missed calls, greetings, pager notices.
    Other,
    /// Ordinary mail, whatever marks of other vendors it carries: how a user overrules them.
    Mail,
}

/// What a message must hold besides a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needs {
    /// An audio part.
    #[default]
    Audio,
    /// A picture.
    Image,
    /// A picture, PDF or PostScript file.
    Document,
    /// Nothing.
    Nothing,
}

/// Where a clue looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// A field of the message.
    Header,
    /// The subject.
    Subject,
    /// The name in From.
    From,
    /// The address in From.
    FromAddress,
    /// The Message-ID without brackets.
    MessageId,
    /// The message's media type.
    Type,
    /// The message's boundary.
    Boundary,
    /// Content-Description of a part.
    Description,
    /// Content-ID of a part without brackets.
    ContentId,
    /// File name of a part.
    Filename,
    /// A Content-Type parameter of a part.
    TypeParam,
    /// A Content-Disposition parameter of a part.
    DispositionParam,
    /// A line of the text.
    Text,
}

/// One place to look at and what should stand there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clue {
    /// Where.
    #[serde(rename = "in")]
    pub place: Place,
    /// Field or parameter name.
    #[serde(default)]
    pub name: String,
    /// The pattern; without one the value must not be empty.
    pub like: Option<String>,
}

/// A clue by which a vendor is known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Where.
    #[serde(rename = "in")]
    pub place: Place,
    /// Field or parameter name.
    #[serde(default)]
    pub name: String,
    /// The pattern; without one the value must not be empty.
    pub like: Option<String>,
    /// Only makes the kind probable.
    #[serde(default)]
    pub likely: bool,
    /// Must hold too.
    pub and: Option<Clue>,
}

impl Mark {
    fn clue(&self) -> Clue {
        Clue { place: self.place, name: self.name.clone(), like: self.like.clone() }
    }
}

/// In which order several recordings are played.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The field with file names, separated by semicolons.
    pub name: String,
    /// The last name is played first.
    #[serde(default)]
    pub reversed: bool,
}

/// One system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// Short name.
    pub id: String,
    /// Name in words.
    pub name: String,
    /// What its messages are.
    pub kind: Kind,
    /// What they must hold.
    #[serde(default)]
    pub needs: Needs,
    /// In a table of the user: only where no row of Aloud fits.
    #[serde(default)]
    pub after: bool,
    /// From is a machine.
    #[serde(default)]
    pub robot: bool,
    /// Words in place of a number that is not known.
    #[serde(default)]
    pub withheld: Vec<String>,
    /// By which they are known.
    #[serde(rename = "mark")]
    pub marks: Vec<Mark>,
    /// Where the caller's number stands.
    #[serde(default)]
    pub number: Vec<Clue>,
    /// Where the caller's name stands.
    #[serde(default)]
    pub name_of_caller: Vec<Clue>,
    /// Where the length stands.
    #[serde(default)]
    pub duration: Vec<Clue>,
    /// Where the number of pages stands.
    #[serde(default)]
    pub pages: Vec<Clue>,
    /// What makes a message urgent.
    #[serde(default)]
    pub importance: Vec<Clue>,
    /// Where a transcript begins.
    #[serde(default)]
    pub transcript: Vec<Clue>,
    /// Lines of the text that are no longer part of it.
    #[serde(default)]
    pub transcript_end: Vec<Clue>,
    /// The playing order.
    pub order: Option<Order>,
}

impl Vendor {
    fn clues(&self) -> impl Iterator<Item = Clue> + '_ {
        let lists = [
            &self.number,
            &self.name_of_caller,
            &self.duration,
            &self.pages,
            &self.importance,
            &self.transcript,
            &self.transcript_end,
        ];
        let marks = self.marks.iter().flat_map(|m| std::iter::once(m.clue()).chain(m.and.clone()));
        marks.chain(lists.into_iter().flatten().cloned())
    }

    /// The first mark that a message carries.
    pub fn mark(&self, scene: &Scene<'_>) -> Option<Found> {
        self.marks.iter().find_map(|mark| {
            scene.find(&mark.clue())?;
            if let Some(and) = &mark.and {
                scene.find(and)?;
            }
            let plain = |like: &&String| !like.contains('*') && !like.contains('{');
            Some(Found {
                id: self.id.clone(),
                name: self.name.clone(),
                place: mark.place,
                field: mark.name.clone(),
                value: mark.like.as_ref().filter(plain).cloned(),
                likely: mark.likely,
            })
        })
    }
}

/// The texts of one message that clues look at.
#[derive(Debug)]
pub struct Scene<'v> {
    /// The parts.
    pub view: &'v View<'v>,
    /// The subject, cleaned.
    pub subject: String,
    /// The name in From, with its comment.
    pub from: String,
    /// The address in From.
    pub from_address: String,
    /// Without brackets.
    pub message_id: String,
    /// The plain text.
    pub text: String,
    /// Octets of the message that have not been fetched.
    pub missing: u64,
}

/// What a clue found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The value taken, or the whole text.
    pub value: String,
    /// What was taken.
    pub taken: Option<Take>,
    /// The line of the text, for [`Place::Text`].
    pub line: usize,
}

impl Hit {
    /// The value as a length.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        match self.taken {
            Some(Take::Milliseconds) => self.value.parse::<f64>().ok().map(|v| v / 1000.0),
            Some(Take::Clock) => {
                let mut total = 0_u64;
                for piece in self.value.split(':') {
                    total = total.checked_mul(60)?.checked_add(piece.parse().ok()?)?;
                }
                Some(total as f64)
            }
            _ => self.value.trim().parse::<u32>().ok().map(f64::from),
        }
    }
}

impl Scene<'_> {
    /// Follows a clue.
    pub fn find(&self, clue: &Clue) -> Option<Hit> {
        let try_one = |value: &str| -> Option<Hit> {
            let value = value.trim();
            match &clue.like {
                None => (!value.is_empty()).then(|| Hit {
                    value: value.to_owned(),
                    taken: None,
                    line: 0,
                }),
                Some(like) => pattern(like, value),
            }
        };
        let leaves = || self.view.leaves();
        match clue.place {
            Place::Header => self.view.header().text(&clue.name).and_then(|v| try_one(&v)),
            Place::Subject => try_one(&self.subject),
            Place::From => try_one(&self.from),
            Place::FromAddress => try_one(&self.from_address),
            Place::MessageId => try_one(&self.message_id),
            Place::Type => self.view.root().and_then(|p| try_one(&p.content.value)),
            Place::Boundary => self.view.root().and_then(|p| try_one(&p.content.text("boundary")?)),
            Place::Description => {
                leaves().find_map(|p| try_one(&p.header.text("content-description")?))
            }
            Place::ContentId => leaves()
                .find_map(|p| try_one(p.header.text("content-id")?.trim_matches(['<', '>']))),
            Place::Filename => leaves().find_map(|p| try_one(&p.filename()?)),
            Place::TypeParam => leaves().find_map(|p| try_one(&p.content.text(&clue.name)?)),
            Place::DispositionParam => {
                leaves().find_map(|p| try_one(&p.disposition.as_ref()?.text(&clue.name)?))
            }
            Place::Text => self
                .text
                .lines()
                .take(TEXT_LINES)
                .enumerate()
                .find_map(|(line, text)| try_one(text).map(|hit| Hit { line, ..hit })),
        }
    }

    /// The first hit of a list.
    pub fn first(&self, clues: &[Clue]) -> Option<(Place, Hit)> {
        clues.iter().find_map(|clue| Some((clue.place, self.find(clue)?)))
    }
}

/// What a pattern takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Digits and the marks of telephone numbers.
    Number,
    /// Up to the next literal.
    Name,
    /// Digits.
    Seconds,
    /// Digits.
    Milliseconds,
    /// `0:31` or `00:00:31`.
    Clock,
    /// Digits.
    Pages,
    /// Everything to the end.
    Rest,
}

enum Token {
    Literal(char),
    Take(Take),
}

/// Matches a pattern against a whole text. Linear for each asterisk: pieces between asterisks are
/// taken at their first place, the last piece at the end.
#[must_use]
pub fn pattern(like: &str, value: &str) -> Option<Hit> {
    let text: Vec<char> = value.chars().take(VALUE_MAX).collect();
    let pieces: Vec<Vec<Token>> = like.split('*').map(tokens).collect();
    let last = pieces.len() - 1;
    let mut at = 0;
    let mut hit = None;
    for (index, piece) in pieces.iter().enumerate() {
        let mut starts = if index == 0 { 0..1 } else { at..text.len() + 1 };
        let found = starts.find_map(|start| {
            let (end, taken) = fits(piece, &text, start)?;
            (index != last || end == text.len()).then_some((end, taken))
        })?;
        at = found.0;
        hit = hit.or(found.1);
    }
    Some(match hit {
        Some((take, value)) => Hit { value, taken: Some(take), line: 0 },
        None => Hit { value: value.to_owned(), taken: None, line: 0 },
    })
}

fn tokens(piece: &str) -> Vec<Token> {
    const NAMES: [(&str, Take); 7] = [
        ("{number}", Take::Number),
        ("{name}", Take::Name),
        ("{seconds}", Take::Seconds),
        ("{milliseconds}", Take::Milliseconds),
        ("{clock}", Take::Clock),
        ("{pages}", Take::Pages),
        ("{rest}", Take::Rest),
    ];
    let mut out = Vec::new();
    let mut rest = piece;
    while let Some(c) = rest.chars().next() {
        match NAMES.iter().find_map(|(name, take)| Some((rest.strip_prefix(name)?, *take))) {
            Some((after, take)) => {
                out.push(Token::Take(take));
                rest = after;
            }
            None => {
                out.push(Token::Literal(c));
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

fn same(a: char, b: char) -> bool {
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

type Taken = Option<(Take, String)>;

/// Whether a piece stands at `start`; where it ends and what it took.
fn fits(piece: &[Token], text: &[char], start: usize) -> Option<(usize, Taken)> {
    let mut at = start;
    let mut taken = None;
    for (index, token) in piece.iter().enumerate() {
        match token {
            Token::Literal(c) => {
                same(*c, *text.get(at)?).then_some(())?;
                at += 1;
            }
            Token::Take(take) => {
                let rest = text.get(at..)?;
                let length = match take {
                    Take::Number => number(rest),
                    Take::Clock => clock(rest),
                    Take::Seconds | Take::Milliseconds | Take::Pages => {
                        let before = at.checked_sub(1).and_then(|b| text.get(b));
                        let fresh = !before.is_some_and(char::is_ascii_digit);
                        let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
                        (fresh && (1..=9).contains(&digits)).then_some(digits)
                    }
                    Take::Rest => Some(rest.len()),
                    Take::Name => match piece.get(index + 1) {
                        Some(Token::Literal(stop)) => {
                            rest.iter().take(TAKE_MAX).position(|c| same(*c, *stop))
                        }
                        _ => Some(rest.len()),
                    },
                }?;
                let value: String = rest.get(..length)?.iter().collect();
                taken = taken.or(Some((*take, value.trim().to_owned())));
                at += length;
            }
        }
    }
    Some((at, taken))
}

/// A telephone number: at least two digits, with `+ ( ) - .` and blanks between them.
fn number(rest: &[char]) -> Option<usize> {
    let first = rest.first()?;
    (first.is_ascii_digit() || matches!(first, '+' | '(' | '*' | '#')).then_some(())?;
    let run = rest
        .iter()
        .take(TAKE_MAX)
        .take_while(|c| {
            c.is_ascii_digit() || matches!(c, '+' | '(' | ')' | '-' | '.' | ' ' | '*' | '#')
        })
        .count();
    let end =
        rest.get(..run)?.iter().rposition(|c| c.is_ascii_digit() || matches!(c, '*' | '#'))?;
    let digits = rest.get(..=end)?.iter().filter(|c| c.is_ascii_digit()).count();
    (digits >= 2).then_some(end + 1)
}

/// `0:31` or `00:00:31`.
fn clock(rest: &[char]) -> Option<usize> {
    let digits = |at: usize| {
        rest.get(at..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit()).count()
    };
    let mut at = digits(0);
    (1..=4).contains(&at).then_some(())?;
    let mut groups = 0;
    while groups < 2 && rest.get(at) == Some(&':') && digits(at + 1) == 2 {
        at += 3;
        groups += 1;
    }
    (groups > 0).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads() {
        let table = Table::parse(include_str!("../../../assets/vendors.toml")).expect("reads");
        assert!(table.rows.len() > 20);
        assert!(Table::parse("[[vendor]]\nid = 1").is_err());
        let bad = "[[vendor]]\nid='x'\nname='x'\nkind='voice'\n[[vendor.mark]]\nin='subject'\nlike='*a*b*c*d*e*f*g*h*i*'";
        assert!(Table::parse(bad).is_err());
    }

    #[test]
    fn patterns_take_what_they_should() {
        for (like, value, expected) in [
            ("abc", "ABC", Some("ABC")),
            ("abc", "abcd", None),
            ("*b*", "abc", Some("abc")),
            (
                "Voicemail from \"{name}\" *",
                "Voicemail from \"Ada O\" <555> 00:00:31",
                Some("Ada O"),
            ),
            ("*<{number}>*", "Voicemail from \"A\" <+1 613 555 0142> x", Some("+1 613 555 0142")),
            ("* {clock}", "Voicemail from x 00:01:31", Some("00:01:31")),
            ("*d_voice={seconds}sec*", "total=1msgs; voice=1msgs; d_voice=31sec;", Some("31")),
            ("{seconds} second Voice Mail*", "13 second Voice Mail", Some("13")),
            ("*Length:*{clock}*", "\tLength:\t0:02 seconds", Some("0:02")),
            ("*at ext.{number}*", "Ada at ext.2000", Some("2000")),
            ("VOICE={number}@*", "VOICE=+15555550137@vm.example.com", Some("+15555550137")),
            ("*a*a*a", "aaaa", Some("aaaa")),
            ("", "", Some("")),
        ] {
            assert_eq!(pattern(like, value).map(|h| h.value).as_deref(), expected, "{like}");
        }
    }

    #[test]
    fn lengths_have_their_units() {
        let seconds = |like, value| pattern(like, value).and_then(|h| h.seconds());
        assert_eq!(seconds("{milliseconds}", "10500"), Some(10.5));
        assert_eq!(seconds("{clock}", "01:02:03"), Some(3723.0));
        assert_eq!(seconds("{seconds}", "31"), Some(31.0));
        assert_eq!(seconds("{seconds}", "99999999999"), None);
    }
}
