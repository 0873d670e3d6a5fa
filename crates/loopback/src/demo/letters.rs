//! The demo's messages that our own builder makes.

use super::{
    Entry,
    people::{self, Person},
    speech,
    time::Morning,
};
use aloud_codec::Pcm;
use aloud_message::{
    Mail,
    compose::{
        self, Attachment, Letter, Original, OriginalRelation, OwnCard, Seed, VoiceParts,
        forward_subject,
    },
    inspect::ReadOptions,
    mdn,
};
use aloud_model::{AddrSpec, Address, DateTime, Importance, voice::VoiceFormat};

const BILL: &[u8] = include_bytes!("../../../../assets/demo/bill.tif");
const LEASE: &[u8] = include_bytes!("../../../../assets/demo/lease.tif");
const PLAN: &[u8] = include_bytes!("../../../../assets/demo/plan.tif");

const GRAHAM_TRANSCRIPT: &str = "Transcription of this voice message:\r\n\
    Hi Helen, it’s Graham in Ottawa. Quick one before the call. The carrier has moved our trunk \
    migration to Friday, six to eight in the evening, your time. Leeds and Bristol go quiet for \
    about ten minutes, so please warn the front desk. The two-page plan is attached. If Friday \
    doesn’t suit, tell me by noon tomorrow. Thanks, bye.\r\n";

const AGENDA: &str = "Hello all,\r\n\r\n\
    three points from me and one from Priya for Thursday at ten:\r\n\r\n\
    1. Desk phones: which model for the second floor. Helen has five to try.\r\n\
    2. The move: what goes in the first lorry, and who meets it.\r\n\
    3. Cleaning of the old floor before we hand it back.\r\n\
    4. Priya: the quote, and when it has to be signed.\r\n\r\n\
    The list of desks is attached. Coffee will be there from a quarter to.\r\n\r\n\
    Tomás\r\n";

const DESKS: &[u8] = b"desk,person,phone,socket\r\n1,Helen Marsh,4402,L2-01\r\n\
    2,Priya Raman,4310,L2-02\r\n3,Tom\xc3\xa1s Ortega,4366,L2-03\r\n4,Jonas Weber,4385,L2-04\r\n\
    5,Mei-Ling Zhou,4391,L2-05\r\n6,Front desk,4417,L0-01\r\n";

const CONTRACT: &str = "Dear Helen,\r\n\r\n\
    the clean copy of the framework contract with Northgate is ready. Nothing has changed but the \
    notice period, which is now three months for both sides, as you asked.\r\n\r\n\
    If you are content with it, no answer is needed; I shall have it signed on Monday.\r\n\r\n\
    Kind regards\r\n\
    Beatriz Nunes\r\n";

/// The host that received the message, for the trace fields.
const MX: &str = "mail.calderfinch.example";

type Built = Result<Vec<Entry>, compose::Error>;

pub(super) fn all(clock: &Morning) -> Built {
    let mut all = vec![
        graham(clock)?,
        priya(clock)?,
        outside(clock)?,
        harrow(clock)?,
        amara(clock)?,
        tomas(clock)?,
        gwen(clock)?,
        mei_ling(clock)?,
        beatriz(clock)?,
        dial_in(clock)?,
    ];
    all.extend(thursday(clock)?);
    Ok(all)
}

/// The letter's sender and recipients; every address in [`people`] is complete, as a test shows.
fn letter<'a>(from: Option<Address>, to: &[Option<Address>]) -> Result<Letter<'a>, compose::Error> {
    let from = from.ok_or(compose::Error::NoRecipient)?;
    Ok(Letter { to: to.iter().flatten().cloned().collect(), ..Letter::new(from) })
}

fn seed(token: &str, domain: &str, date: DateTime) -> Seed {
    Seed { date, domain: domain.to_owned(), token: format!("{token}.{}", date.unix) }
}

/// Identifier of the voice message that could not be delivered to everyone; the report names it.
pub(super) fn dial_in_seed(clock: &Morning) -> Seed {
    seed("board-dial-in", "calderfinch.example", clock.day(1, 16, 47))
}

/// The trace fields that a server prepends to a message.
pub(super) fn received(octets: &[u8], return_path: &str, date: DateTime) -> Vec<u8> {
    let domain = return_path.rsplit_once('@').map_or(MX, |(_, domain)| domain);
    let mut all = format!(
        "Return-Path: <{return_path}>\r\nReceived: from {domain} by {MX} with ESMTPS;\r\n\t{}\r\n",
        date.to_rfc5322()
    )
    .into_bytes();
    all.extend_from_slice(octets);
    all
}

fn inbox(octets: &[u8], from: &str, seen: bool, date: DateTime) -> Entry {
    Entry { mailbox: "INBOX", seen, date, octets: received(octets, from, date) }
}

fn sent(octets: Vec<u8>, date: DateTime) -> Entry {
    Entry { mailbox: "Sent", seen: true, date, octets }
}

/// Replaces the first occurrence in the header; the texts are those our builder wrote just before.
fn replace(octets: &[u8], old: &str, new: &str) -> Vec<u8> {
    let Some(at) = memchr::memmem::find(octets, old.as_bytes()) else { return octets.to_vec() };
    let (before, rest) = octets.split_at_checked(at).unwrap_or((octets, &[]));
    [before, new.as_bytes(), rest.get(old.len()..).unwrap_or_default()].concat()
}

/// A fax with a spoken note is a fax (RFC 3458 section 3.4); the builder says what its sound says.
fn as_fax(octets: &[u8]) -> Vec<u8> {
    replace(octets, "Message-Context: voice-message", "Message-Context: fax-message")
}

/// Adds a description to the fax part of a message.
fn described(octets: &[u8], what: &str) -> Vec<u8> {
    const FAX: &str = "Content-Type: image/tiff; application=faxbw";
    replace(octets, FAX, &format!("Content-Description: {what}\r\n{FAX}"))
}

/// Puts a text part before the closing delimiter, as Unity Connection adds its transcription.
fn with_transcript(octets: &[u8], transcript: &str) -> Vec<u8> {
    let text = octets.trim_ascii_end();
    let Some(start) = memchr::memmem::rfind(text, b"\r\n--") else { return octets.to_vec() };
    let closing = text.get(start..).unwrap_or_default();
    let delimiter = closing.strip_suffix(b"--").unwrap_or(closing);
    let head = "\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: 8bit\r\nContent-Disposition: inline\r\n\r\n";
    [
        text.get(..start).unwrap_or_default(),
        delimiter,
        head.as_bytes(),
        transcript.trim_end().as_bytes(),
        closing,
        b"\r\n",
    ]
    .concat()
}

fn own_card(person: &Person) -> Option<OwnCard> {
    Some(OwnCard { doc: person.card() })
}

fn graham(clock: &Morning) -> Result<Entry, compose::Error> {
    let (voice, name, subject) =
        (speech("graham"), speech("graham-name"), speech("graham-subject"));
    let date = clock.day(0, 9, 41);
    // Ottawa is five hours behind.
    let there = DateTime { offset_minutes: date.offset_minutes - 300, ..date };
    let to = [people::HELEN.address(), people::FRONT_DESK.address()];
    let letter = Letter {
        subject: "Ottawa trunk migration: Friday window".into(),
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts {
            voice: Some(&voice),
            spoken_name: Some(&name),
            spoken_subject: Some(&subject),
        },
        importance: Importance::High,
        receipt_to: AddrSpec::parse(people::GRAHAM.voice).ok(),
        card: own_card(&people::GRAHAM),
        language: Some("en-CA".into()),
        fax: Some(PLAN),
        fields: vec![
            ("Caller-ID", "16135550142, NumberingPlan=e164".into()),
            ("X-Cisco-Message-Type", "normal".into()),
        ],
        ..letter(people::GRAHAM.address(), &to)?
    };
    let octets = compose::build(&letter, &seed("trunk", "vm.northgate.example", there))?;
    let octets = described(&with_transcript(&octets, GRAHAM_TRANSCRIPT), "Cut-over plan");
    Ok(inbox(&octets, people::GRAHAM.voice, false, date))
}

fn priya(clock: &Morning) -> Result<Entry, compose::Error> {
    let (voice, name) = (speech("priya"), speech("priya-name"));
    let date = clock.day(0, 9, 12);
    let to = [people::HELEN, people::TOMAS, people::JONAS].map(|p| p.mail_address());
    let letter = Letter {
        subject: "Re: Quote for the Leeds office".into(),
        format: Some(VoiceFormat::Ivm),
        parts: VoiceParts { voice: Some(&voice), spoken_name: Some(&name), spoken_subject: None },
        cover: "A voice message is attached.\r\n",
        card: own_card(&people::PRIYA),
        language: Some("en-GB".into()),
        ..letter(people::PRIYA.mail_address(), &to)?
    };
    let octets = compose::build(&letter, &seed("quote", "calderfinch.example", date))?;
    Ok(inbox(&octets, people::PRIYA.mail, false, date))
}

/// Telephone answering: somebody from outside spoke after the tone (RFC 2421 section 4.1.1).
fn outside(clock: &Morning) -> Result<Entry, compose::Error> {
    let voice = speech("outside");
    let date = clock.day(0, 8, 55);
    let robot = "non-mail-user@vm.calderfinch.example";
    let letter = Letter {
        subject: "Outside caller".into(),
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
        fields: vec![("Caller-ID", "442079460153, NumberingPlan=e164".into())],
        ..letter(AddrSpec::parse(robot).ok().map(Address::bare), &[people::HELEN.address()])?
    };
    let octets = compose::build(&letter, &seed("answering", "vm.calderfinch.example", date))?;
    Ok(inbox(&octets, robot, false, date))
}

fn harrow(clock: &Morning) -> Result<Entry, compose::Error> {
    let voice = speech("harrow");
    let date = clock.day(0, 8, 27);
    let letter = Letter {
        subject: "Bill of lading 40718".into(),
        format: Some(VoiceFormat::Ivm),
        parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
        fax: Some(BILL),
        cover: "A fax and a voice message are attached.\r\n",
        fields: vec![("Caller-ID", "441134960117, NumberingPlan=e164".into())],
        language: Some("en-GB".into()),
        ..letter(people::HARROW.address(), &[people::HELEN.address()])?
    };
    let octets = compose::build(&letter, &seed("lading", "vm.harrowfreight.example", date))?;
    Ok(inbox(&as_fax(&octets), people::HARROW.voice, false, date))
}

fn amara(clock: &Morning) -> Result<Entry, compose::Error> {
    let (voice, name) = (speech("amara"), speech("amara-name"));
    let date = clock.day(1, 18, 20);
    let letter = Letter {
        subject: "About your appointment".into(),
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts { voice: Some(&voice), spoken_name: Some(&name), spoken_subject: None },
        private: true,
        card: own_card(&people::AMARA),
        language: Some("en-GB".into()),
        ..letter(people::AMARA.address(), &[people::HELEN.address()])?
    };
    let octets = compose::build(&letter, &seed("appointment", "vm.riversidetrust.example", date))?;
    Ok(inbox(&octets, people::AMARA.voice, true, date))
}

fn tomas(clock: &Morning) -> Result<Entry, compose::Error> {
    let date = clock.day(1, 17, 31);
    let to = [people::HELEN, people::PRIYA, people::JONAS].map(|p| p.mail_address());
    let letter = Letter {
        subject: "Agenda for Thursday".into(),
        text: Some(AGENDA),
        attachments: vec![Attachment {
            filename: "Desks on the second floor.csv".into(),
            media_type: "text/csv".into(),
            octets: DESKS.to_vec(),
        }],
        ..letter(people::TOMAS.mail_address(), &to)?
    };
    let octets = compose::build(&letter, &seed("agenda", "calderfinch.example", date))?;
    Ok(inbox(&octets, people::TOMAS.mail, false, date))
}

/// A forward with a spoken introduction around an untouched VPIM message.
fn gwen(clock: &Morning) -> Result<Entry, compose::Error> {
    let (first, first_name) = (speech("sigrid"), speech("sigrid-name"));
    let (intro, name) = (speech("gwen"), speech("gwen-name"));
    let written = clock.day(4, 14, 5);
    let original = Letter {
        subject: "Toll-quality samples".into(),
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts {
            voice: Some(&first),
            spoken_name: Some(&first_name),
            spoken_subject: None,
        },
        ..letter(people::SIGRID.address(), &[people::GWEN.address()])?
    };
    let original = compose::build(&original, &seed("samples", "vm.fjordline.example", written))?;
    let date = clock.day(2, 15, 40);
    let letter = Letter {
        subject: forward_subject("Toll-quality samples"),
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts { voice: Some(&intro), spoken_name: Some(&name), spoken_subject: None },
        original: Some(Original { raw: &original, relation: OriginalRelation::Forward }),
        ..letter(people::GWEN.address(), &[people::HELEN.address()])?
    };
    let octets = compose::build(&letter, &seed("forward", "vm.bridgewater.example", date))?;
    Ok(inbox(&octets, people::GWEN.voice, true, date))
}

fn mei_ling(clock: &Morning) -> Result<Entry, compose::Error> {
    let voice = speech("mei-ling");
    let date = clock.day(3, 16, 2);
    let letter = Letter {
        subject: "Signed lease, page two corrected".into(),
        format: Some(VoiceFormat::Ivm),
        parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
        fax: Some(LEASE),
        cover: "A fax and a voice message are attached.\r\n",
        receipt_to: AddrSpec::parse(people::MEI_LING.mail).ok(),
        ..letter(people::MEI_LING.mail_address(), &[people::HELEN.mail_address()])?
    };
    let octets = compose::build(&letter, &seed("lease", "calderfinch.example", date))?;
    Ok(inbox(&as_fax(&octets), people::MEI_LING.mail, true, date))
}

fn beatriz(clock: &Morning) -> Result<Entry, compose::Error> {
    let date = clock.day(6, 11, 18);
    let letter = Letter {
        subject: "Framework contract, clean copy".into(),
        text: Some(CONTRACT),
        ..letter(people::BEATRIZ.mail_address(), &[people::HELEN.mail_address()])?
    };
    let octets = compose::build(&letter, &seed("contract", "nuneslegal.example", date))?;
    Ok(inbox(&octets, people::BEATRIZ.mail, true, date))
}

/// Sent to three; one could not be reached (see `raw`).
fn dial_in(clock: &Morning) -> Result<Entry, compose::Error> {
    let (voice, name) = (speech("dial-in"), speech("helen-name"));
    let to = [people::GWEN, people::PRIYA, people::JONAS].map(|p| p.address());
    let seed = dial_in_seed(clock);
    let letter =
        Letter { subject: "Board dial-in change".into(), ..from_helen(&voice, &name, &to)? };
    Ok(sent(compose::build(&letter, &seed)?, seed.date))
}

/// Sent to Jonas, who heard it and let us know.
fn thursday(clock: &Morning) -> Built {
    let (voice, name) = (speech("thursday"), speech("helen-name"));
    let date = clock.day(1, 16, 30);
    let letter = Letter {
        subject: "Desk phones on Thursday".into(),
        receipt_to: AddrSpec::parse(people::HELEN.mail).ok(),
        ..from_helen(&voice, &name, &[people::JONAS.address()])?
    };
    let octets = compose::build(&letter, &seed("thursday", "calderfinch.example", date))?;
    let mut entries = vec![sent(octets.clone(), date)];
    entries.extend(receipt(&octets, clock.day(1, 17, 5)));
    Ok(entries)
}

fn from_helen<'a>(
    voice: &'a Pcm,
    name: &'a Pcm,
    to: &[Option<Address>],
) -> Result<Letter<'a>, compose::Error> {
    Ok(Letter {
        format: Some(VoiceFormat::Vpim),
        parts: VoiceParts { voice: Some(voice), spoken_name: Some(name), spoken_subject: None },
        language: Some("en-GB".into()),
        ..letter(people::HELEN.mail_address(), to)?
    })
}

/// Jonas's receipt for a message of ours, built as Aloud builds one. `None` cannot happen: the
/// message asks for a receipt, and nothing in it forbids one.
fn receipt(original: &[u8], date: DateTime) -> Option<Entry> {
    let options = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    let mail = Mail::read(original, &options);
    let request = mdn::MdnRequest {
        original: &mail,
        original_header: original,
        from: people::JONAS.address()?,
        final_recipient: people::JONAS.address()?.addr,
        disposition: mdn::Disposition::Displayed,
        mode: mdn::Mode::Manual,
        reporting_ua: "vm.calderfinch.example; Example Voice Mail",
        subject: &format!("Played: {}", mail.subject.as_deref().unwrap_or_default()),
        sentence: "The voice message you sent to Jonas Weber was played.\r\n\
                   This does not say that it was understood or acted upon.\r\n",
        spoken: None,
    };
    let (octets, _) =
        mdn::build(&request, &seed("receipt", "vm.calderfinch.example", date)).ok()?;
    Some(Entry { mailbox: "INBOX", seen: true, date, octets: received(&octets, "", date) })
}
