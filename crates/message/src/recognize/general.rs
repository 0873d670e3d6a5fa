//! The general rung: mail of telephone systems and fax services that no row of the vendor table knows.
//!
//! Independent signs have weights; what reaches [`ENOUGH`] with signs of at least three sources is
//! voice mail (or fax). Without a recording (or pages) nothing is; a doubtful case stays ordinary
//! mail, whose parts can be played all the same. `docs/RECOGNITION.md` has what the rule gets right
//! and what each sign contributes.

use std::sync::Arc;

use aloud_codec::{self as codec, Hint, probe};
use aloud_model::MessageKind;

use super::Medium;
use super::said::{self, Said, is_number};
use super::words::{Folded, List, Words};
use crate::vendors::Scene;
use crate::view::{Header, Part, mailbox};

/// The sum of weights that is believed.
pub const ENOUGH: i32 = 10;
/// From how many independent sources signs must come.
const SOURCES: usize = 3;
/// Octets of a TIFF that are looked at.
const TIFF_MAX: usize = 64 * 1024;
/// Characters of the text in which words are looked for.
const TEXT_MAX: usize = 8_000;
/// Digits of a caller's number that a file's name may hold.
const CALLER_MIN: usize = 5;
/// Digits of an extension as a sender's local part.
const EXTENSION_MAX: usize = 6;
/// A voice mail is not longer, in seconds: no system in `docs/standards.md` lets a caller speak on.
const LONG: f64 = 15.0 * 60.0;

/// What the general rung goes by.
#[derive(Debug, Clone)]
pub struct General {
    /// The words of subjects, senders, labels; shared, since each row of a table is read as a table.
    pub words: Arc<Words>,
    /// A sign that is not looked at, to measure what it contributes.
    pub without: Option<Sign>,
    /// Changes whenever the rule does, so that mail read by an older one is looked at again.
    pub version: u32,
}

impl Default for General {
    fn default() -> Self {
        Self { words: Arc::clone(Words::builtin()), without: None, version: 2 }
    }
}

/// Where a sign is seen. Signs of one source are not independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The parts there are.
    Shape,
    /// The From field.
    Sender,
    /// The subject.
    Subject,
    /// The text.
    Text,
    /// The file's name.
    File,
    /// The recording or page itself.
    Content,
    /// Other fields of the header.
    Header,
}

/// One sign, for or against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// One recording (or one file of pages) and text, nothing else.
    Alone,
    /// The sender's name or address is that of a telephone system or fax service.
    System,
    /// The sender's address is one that no person reads, or the mail says that a program sent it.
    Robot,
    /// The sender's name or local part is a telephone number.
    NumberSender,
    /// The subject has words for voice mail or fax.
    SubjectWords,
    /// The subject names a telephone number.
    SubjectNumber,
    /// The subject speaks of a message, and a caller is named.
    SubjectMessage,
    /// The text has words for voice mail or fax.
    TextWords,
    /// The caller's number stands behind a label.
    Caller,
    /// The length that the text names is that of the recording.
    Length,
    /// The number of pages that the text names is that of the file.
    Pages,
    /// A heading for a transcript.
    Transcript,
    /// A file name as machines give it.
    FileName,
    /// Telephone bandwidth, or a codec of telephone lines.
    TelephoneSound,
    /// A page as fax machines scan it.
    FaxPage,
    /// It came through a mailing list or is bulk mail.
    ListMail,
    /// Title, artist or album in the recording.
    Titles,
    /// Two channels at music's sampling rate.
    Stereo,
    /// An answer in a thread.
    Answer,
    /// More than one recording or document.
    Several,
    /// Longer than callers speak.
    Long,
    /// The length that the text names is not that of the recording.
    OtherLength,
    /// A bill, or an offer.
    Bill,
    /// Subject, sender or file name speak of greetings, music, courses, meetings, orders.
    OtherThing,
    /// The text does.
    OtherText,
    /// A person's mail program wrote it, or a person's name and words.
    Person,
    /// It says that a fax went out.
    SentFax,
    /// Pages that somebody scanned.
    Scan,
}

/// Weights, by what a sign is worth alone: 4, hardly anything else says so; 3, few other mails have
/// it; 2, many have it; 1, it only adds. Those against outweigh what a mail of that sort has in common
/// with voice mail: a list about telephone systems has all their words.
const WEIGHTS: [(Sign, Source, i32); 28] = [
    (Sign::Alone, Source::Shape, 3),
    (Sign::System, Source::Sender, 3),
    (Sign::Robot, Source::Sender, 1),
    (Sign::NumberSender, Source::Sender, 3),
    (Sign::SubjectWords, Source::Subject, 4),
    (Sign::SubjectNumber, Source::Subject, 2),
    (Sign::SubjectMessage, Source::Subject, 2),
    (Sign::TextWords, Source::Text, 2),
    (Sign::Caller, Source::Text, 3),
    (Sign::Length, Source::Content, 2),
    (Sign::Pages, Source::Content, 2),
    (Sign::Transcript, Source::Text, 3),
    (Sign::FileName, Source::File, 3),
    (Sign::TelephoneSound, Source::Content, 2),
    (Sign::FaxPage, Source::Content, 3),
    (Sign::ListMail, Source::Header, -10),
    (Sign::Titles, Source::Content, -6),
    (Sign::Stereo, Source::Content, -4),
    (Sign::Answer, Source::Header, -5),
    (Sign::Several, Source::Shape, -6),
    (Sign::Long, Source::Content, -5),
    (Sign::OtherLength, Source::Content, -4),
    (Sign::Bill, Source::Subject, -6),
    (Sign::OtherThing, Source::Subject, -8),
    (Sign::OtherText, Source::Text, -4),
    (Sign::Person, Source::Sender, -2),
    (Sign::SentFax, Source::Subject, -8),
    (Sign::Scan, Source::Subject, -5),
];

impl Sign {
    /// All signs, those for voice mail and fax first.
    pub fn all() -> impl Iterator<Item = Self> {
        WEIGHTS.into_iter().map(|(sign, _, _)| sign)
    }

    /// What it is worth.
    #[must_use]
    pub fn weight(self) -> i32 {
        self.row().1
    }

    fn row(self) -> (Source, i32) {
        let row = WEIGHTS.iter().find(|(sign, _, _)| *sign == self);
        row.map_or((Source::Shape, 0), |(_, source, weight)| (*source, *weight))
    }

    /// A short name that stays the same in every language and version.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::System => "system",
            Self::Robot => "robot",
            Self::NumberSender => "number-sender",
            Self::SubjectWords => "subject-words",
            Self::SubjectNumber => "subject-number",
            Self::SubjectMessage => "subject-message",
            Self::TextWords => "text-words",
            Self::Caller => "caller",
            Self::Length => "length",
            Self::Pages => "pages",
            Self::Transcript => "transcript",
            Self::FileName => "file-name",
            Self::TelephoneSound => "telephone-sound",
            Self::FaxPage => "fax-page",
            Self::ListMail => "list",
            Self::Titles => "titles",
            Self::Stereo => "stereo",
            Self::Answer => "answer",
            Self::Several => "several",
            Self::Long => "long",
            Self::OtherLength => "other-length",
            Self::Bill => "bill",
            Self::OtherThing => "other-thing",
            Self::OtherText => "other-text",
            Self::Person => "person",
            Self::SentFax => "sent-fax",
            Self::Scan => "scan",
        }
    }
}

/// What the general rung made of a message.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Voice or fax.
    pub kind: MessageKind,
    /// The signs for it, the heaviest first.
    pub signs: Vec<Sign>,
    /// From is a machine and not the caller.
    pub robot: bool,
    /// What its words say.
    pub said: Said,
}

/// Weighs a message. `missing` are the octets that have not been fetched.
#[must_use]
pub fn judge(
    scene: &Scene<'_>,
    media: &[(&Part<'_>, Medium)],
    general: &General,
    missing: u64,
) -> Option<Verdict> {
    let audio: Vec<&Part<'_>> = of(media, |m| m == Medium::Audio);
    let pages: Vec<&Part<'_>> = of(media, |m| matches!(m, Medium::Tiff | Medium::Document));
    (!audio.is_empty() || !pages.is_empty()).then_some(())?;
    let kind = if audio.is_empty() { MessageKind::Fax } else { MessageKind::Voice };
    let seen = Seen::of(scene);
    seen.may_be(kind, media, &general.words).then_some(())?;
    let said = said::read(scene, &general.words);
    let look = Look { scene, media, words: &general.words, said: &said, seen: &seen, missing };
    let mut signs = if kind == MessageKind::Voice { look.voice(&audio) } else { look.fax(&pages) };
    signs.retain(|sign| general.without != Some(*sign));
    let total: i32 = signs.iter().map(|sign| sign.weight()).sum();
    let machine = [Sign::System, Sign::Robot, Sign::NumberSender];
    let header = scene.view.header();
    let program = has_program(header);
    let person = signs.contains(&Sign::Person);
    let named = said.withheld || said.number.is_some();
    // Somebody who passes a recording on can be answered.
    let robot = signs.iter().any(|sign| machine.contains(sign))
        || (!person && !program && (named || kind == MessageKind::Fax));
    signs.retain(|sign| sign.weight() > 0);
    let mut sources: Vec<Source> = Vec::new();
    for sign in &signs {
        let source = sign.row().0;
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    signs.sort_by_key(|sign| -sign.weight());
    let worded = signs.iter().any(|sign| {
        // "Fax:" stands in the signature of every office.
        (*sign == Sign::TextWords && kind == MessageKind::Voice)
            || matches!(
                sign,
                Sign::SubjectWords | Sign::SubjectMessage | Sign::System | Sign::FileName
            )
    });
    let believed = total >= ENOUGH && sources.len() >= SOURCES && worded;
    believed.then_some(Verdict { kind, signs, robot, said })
}

fn of<'s, 'v>(media: &[(&'s Part<'v>, Medium)], fits: fn(Medium) -> bool) -> Vec<&'s Part<'v>> {
    media.iter().filter(|(_, medium)| fits(*medium)).map(|(part, _)| *part).collect()
}

/// The texts that words are looked for in.
struct Seen {
    subject: Folded,
    /// The sender's name and local part.
    from: Folded,
    /// The first label of the host in its address.
    host: Folded,
    /// The beginning of the text.
    text: Folded,
}

impl Seen {
    fn of(scene: &Scene<'_>) -> Self {
        let local = scene.from_address.split('@').next().unwrap_or_default();
        Self {
            subject: Folded::of(&scene.subject),
            from: Folded::of(&format!("{} {local}", scene.from)),
            host: Folded::of(host(&scene.from_address)),
            text: Folded::of(&scene.text.chars().take(TEXT_MAX).collect::<String>()),
        }
    }

    /// Whether one of the signs can be there without which nothing is believed. Asked before the text
    /// is read closely and HTML is decoded for it, since most mail has none.
    fn may_be(&self, kind: MessageKind, media: &[(&Part<'_>, Medium)], words: &Words) -> bool {
        let voice = kind == MessageKind::Voice;
        let own = if voice { &words.voice } else { &words.fax };
        own.is_in(&self.subject)
            || words.message.is_in(&self.subject)
            || self.is_system(own, words)
            || (voice && own.is_in(&self.text))
            || media.iter().any(|(part, _)| {
                let stem = stem(part).unwrap_or_default();
                // The caller's number is not known yet.
                let numbered = stem.chars().filter(char::is_ascii_digit).count() >= CALLER_MIN;
                is_machine_name(&stem, own, words) || (voice && numbered)
            })
    }

    fn is_system(&self, own: &List, words: &Words) -> bool {
        own.is_in(&self.from) || words.telephone.is_in(&self.from) || own.is_in(&self.host)
    }
}

struct Look<'s, 'v> {
    scene: &'s Scene<'v>,
    media: &'s [(&'s Part<'v>, Medium)],
    words: &'s Words,
    said: &'s Said,
    seen: &'s Seen,
    missing: u64,
}

impl Look<'_, '_> {
    fn voice(&self, audio: &[&Part<'_>]) -> Vec<Sign> {
        let mut signs = self.common(&self.words.voice);
        let mut add = |sign: Sign, holds: bool| signs.extend(holds.then_some(sign));
        let rest = |m: Medium| {
            matches!(
                m,
                Medium::Tiff | Medium::Document | Medium::Card | Medium::Video | Medium::Original
            )
        };
        let other = self
            .media
            .iter()
            .any(|(part, m)| rest(*m) || (*m == Medium::Other && !is_signature(part)));
        add(Sign::Alone, audio.len() == 1 && !other);
        add(Sign::Several, audio.len() > 1 || other);
        let facts: Vec<probe::Facts> = audio.iter().take(8).map(|part| self.probe(part)).collect();
        add(Sign::TelephoneSound, facts.iter().all(|f| f.telephone));
        add(Sign::Titles, facts.iter().any(|f| f.titled));
        let music = |f: &probe::Facts| {
            f.rate.is_some_and(|r| r >= 44_100) && f.channels.is_some_and(|c| c >= 2)
        };
        add(Sign::Stereo, facts.iter().any(music));
        let seconds = facts.iter().map(|f| f.seconds).sum::<Option<f64>>();
        add(Sign::Long, seconds.or(self.said.seconds).is_some_and(|s| s > LONG));
        if let (Some(real), Some(named)) = (seconds, self.said.seconds) {
            let near = (real - named).abs() <= 1.5 + named * 0.1;
            add(Sign::Length, near);
            // An empty recording was lost on the way, and a beginning says little.
            add(Sign::OtherLength, real > 0.5 && !(0.4..2.5).contains(&(real / named)));
        }
        add(Sign::FileName, audio.iter().any(|part| self.machine_name(part, &self.words.voice)));
        signs
    }

    fn fax(&self, pages: &[&Part<'_>]) -> Vec<Sign> {
        let mut signs = self.common(&self.words.fax);
        let mut add = |sign: Sign, holds: bool| signs.extend(holds.then_some(sign));
        let rest = |m: Medium| matches!(m, Medium::Card | Medium::Video | Medium::Original);
        let other = self
            .media
            .iter()
            .any(|(part, m)| rest(*m) || (*m == Medium::Other && !is_signature(part)));
        add(Sign::Alone, pages.len() == 1 && !other);
        add(Sign::Several, pages.len() > 2 || other);
        let scans: Vec<codec::fax::PageInfo> = pages
            .iter()
            .filter(|part| super::medium(part) == Medium::Tiff)
            .flat_map(|part| {
                let octets = beginning(part, TIFF_MAX);
                codec::fax::pages(&octets).unwrap_or_default()
            })
            .collect();
        let fax_width = |p: &codec::fax::PageInfo| {
            matches!(p.width, 1728 | 2048 | 2432 | 1664 | 2592 | 3456)
                && (180.0..=420.0).contains(&p.x_dpi)
        };
        add(Sign::FaxPage, !scans.is_empty() && scans.iter().all(fax_width));
        let counted = u32::try_from(scans.len()).unwrap_or(0);
        add(Sign::Pages, self.said.pages.is_some_and(|said| said == counted || scans.is_empty()));
        add(Sign::FileName, pages.iter().any(|part| self.machine_name(part, &self.words.fax)));
        let (scan, seen) = (&self.words.scan, self.seen);
        add(Sign::SentFax, self.words.sent.is_in(&seen.subject));
        add(Sign::Scan, scan.is_in(&seen.subject) || scan.is_in(&seen.from));
        signs
    }

    /// Signs that voice mail and fax have in common.
    fn common(&self, own: &List) -> Vec<Sign> {
        let (scene, words, said) = (self.scene, self.words, self.said);
        let mut signs = Vec::new();
        let mut add = |sign: Sign, holds: bool| signs.extend(holds.then_some(sign));
        let Seen { subject, from, host: _, text } = self.seen;
        let local = Folded::of(scene.from_address.split('@').next().unwrap_or_default());
        let system = self.seen.is_system(own, words);
        let header = scene.view.header();
        let automatic =
            header.token("auto-submitted").is_some_and(|v| !v.eq_ignore_ascii_case("no"))
                || header.has("x-auto-response-suppress");
        let robot = words.robot.is_in(&local) || automatic;
        let number = !has_program(header) && self.is_number_sender();
        add(Sign::System, system);
        add(Sign::Robot, robot);
        add(Sign::NumberSender, number);
        add(Sign::SubjectWords, own.is_in(subject));
        add(Sign::SubjectNumber, said.in_subject || said.withheld);
        add(Sign::TextWords, own.is_in(text));
        add(Sign::Caller, said.labelled || (said.withheld && said.seconds.is_some()));
        add(Sign::Transcript, said.transcript.is_some());
        let bulk = header
            .token("precedence")
            .is_some_and(|v| matches!(v.to_ascii_lowercase().as_str(), "list" | "bulk"));
        let list = ["list-id", "list-post", "list-unsubscribe"].iter().any(|name| header.has(name));
        add(Sign::ListMail, list || bulk);
        let thread = header
            .first("in-reply-to")
            .map(mailbox::message_ids)
            .is_some_and(|ids| !ids.is_empty());
        let answer = ["re:", "aw:", "sv:", "rv:", "antw:", "回复:", "回覆:"];
        let subject_line = scene.subject.trim_start().to_lowercase();
        add(Sign::Answer, thread || answer.iter().any(|mark| subject_line.starts_with(mark)));
        add(Sign::Bill, words.bill.is_in(subject) || self.file_words(&words.bill));
        let spoken = words.other.is_in(subject) || words.other.is_in(from);
        add(Sign::OtherThing, spoken || self.file_words(&words.other));
        add(Sign::OtherText, words.other.is_in(text));
        add(Sign::Person, !system && !robot && !number && self.is_person());
        let message = words.message.is_in(subject) && !own.is_in(subject);
        add(Sign::SubjectMessage, message && (said.in_subject || said.labelled || said.withheld));
        signs
    }

    /// A mail program of people, a name whose first part is in the address, or a last name there with
    /// the first letter of another before it ("Ada Berg <a.berg@…>").
    fn is_person(&self) -> bool {
        if has_program(self.scene.view.header()) {
            return true;
        }
        let name = self.scene.from.replace('"', "");
        let all = name.split_whitespace().count();
        // Titles end in a full stop.
        let mut names = name.split_whitespace().filter(|part| !part.ends_with('.'));
        let local = self.scene.from_address.split('@').next().unwrap_or_default().to_lowercase();
        let first = names.next().map(|first| Folded::of(first).text().to_owned());
        let first = first.unwrap_or_default();
        let letter = first.chars().next();
        let last: String = names.map(|part| Folded::of(part).text().to_owned()).collect();
        let lettered = letter.is_some_and(|letter| {
            let start =
                local.strip_suffix(&last).map(|start| start.trim_end_matches(['.', '-', '_']));
            last.chars().count() >= 3 && start == Some(letter.to_string().as_str())
        });
        all >= 2 && !first.is_empty() && (local.contains(&first) || lettered)
    }

    /// A name that is a number, or a local part that is an extension or a global number. Numbers as
    /// mailboxes are common among people, and many mail programs give them as the name too.
    fn is_number_sender(&self) -> bool {
        let local = self.scene.from_address.split('@').next().unwrap_or_default();
        let telephone = local.starts_with('+') || local.len() <= EXTENSION_MAX;
        is_number(local) && telephone
            || is_number(&self.scene.from) && self.scene.from.trim_matches('"') != local
    }

    fn file_words(&self, list: &List) -> bool {
        let mut names = self.media.iter().filter_map(|(part, _)| part.filename());
        names.any(|name| list.is_in(&Folded::of(&name)))
    }

    /// A name as machines give it, or one with the caller's number.
    fn machine_name(&self, part: &Part<'_>, own: &List) -> bool {
        let Some(stem) = stem(part) else { return false };
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let caller = digits(self.said.number.as_deref().unwrap_or_default());
        let voice = own == &self.words.voice;
        is_machine_name(&stem, own, self.words)
            || (voice && caller.len() >= CALLER_MIN && digits(&stem).contains(&caller))
    }

    fn probe(&self, part: &Part<'_>) -> probe::Facts {
        let octets = beginning(part, probe::PROBED);
        let whole = part.estimated_octets(self.missing);
        let name = part.filename();
        let hint = Hint { media_type: &part.content.value, filename: name.as_deref() };
        probe::probe(&octets, hint, whole)
    }
}

/// The first label of a host below a domain, such as `vvm` of `vvm.carrier.example`; nothing of a
/// domain alone, which people have too.
fn host(address: &str) -> &str {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let host = domain.split_once('.').filter(|(_, rest)| rest.contains('.'));
    host.map_or("", |(host, _)| host)
}

/// A file's name without its extension, in small letters.
fn stem(part: &Part<'_>) -> Option<String> {
    let name = part.filename()?;
    Some(name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_lowercase())
}

/// A word for voice mail or fax, `msg0001`, `vm_...`.
fn is_machine_name(stem: &str, own: &List, words: &Words) -> bool {
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() >= 3 && rest.bytes().all(|c| c.is_ascii_digit()))
    };
    let begins = ["voicemail", "voicemessage", "vmessage", "vm_", "vm-"];
    own.is_in(&Folded::of(stem))
        || (own == &words.voice && begins.iter().any(|begin| stem.starts_with(begin)))
        || numbered("msg")
        || numbered("vm")
}

/// The first decoded octets of a part.
fn beginning(part: &Part<'_>, most: usize) -> Vec<u8> {
    let body = part.body.get(..part.body.len().min(2 * most)).unwrap_or_default();
    let mut octets = crate::view::encoding::decode(body, part.encoding).octets;
    octets.truncate(most);
    octets
}

/// Whether a mail program of people is named.
fn has_program(header: &Header<'_>) -> bool {
    header.has("x-mailer") || header.has("user-agent")
}

fn is_signature(part: &Part<'_>) -> bool {
    part.content.value.ends_with("signature")
}
