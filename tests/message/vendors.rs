//! A message of every system in the vendor table, and messages that must not be taken for one.
//!
//! The samples in `tests/data/eml/` are invented; their recordings last a few milliseconds, so the
//! lengths here are what the message says, read without measuring.

use aloud::message::inspect::{self, ReadOptions};
use aloud::message::{Evidence, Mail, PartRole, Permission, Refusal, vendors::Table};
use aloud::model::{Importance, MessageKind, Sensitivity};

struct Row {
    file: &'static str,
    kind: &'static str,
    profile: &'static str,
    name: &'static str,
    number: &'static str,
    /// Length as the message says it, and from where.
    length: Option<(f64, &'static str)>,
    urgent: bool,
}

const fn row(
    file: &'static str,
    kind: &'static str,
    profile: &'static str,
    name: &'static str,
    number: &'static str,
    length: Option<(f64, &'static str)>,
    urgent: bool,
) -> Row {
    Row { file, kind, profile, name, number, length, urgent }
}

const ADA: &str = "Ada Okafor";
const NUMBER: &str = "6135550142";
const PUBLIC: &str = "+16135550142";

#[rustfmt::skip]
const ROWS: [Row; 44] = [
    row("3cx", "voice", "3cx", ADA, NUMBER, None, false),
    row("amazon-connect", "voice", "amazon-connect", "", PUBLIC, None, false),
    row("apple-vvm", "voice", "apple-vvm", "", NUMBER, None, false),
    row("asterisk", "voice", "asterisk", ADA, NUMBER, Some((31.0, "text")), true),
    row("asterisk-anonymous", "voice", "asterisk", "", "", Some((5.0, "text")), false),
    row("asterisk-imap", "voice", "asterisk", ADA, NUMBER, Some((31.0, "message-header")), true),
    row("att-vvm", "voice", "att-vvm", "", NUMBER, Some((4.0, "part-header")), false),
    row("avaya-ip-office", "voice", "avaya-ip-office", ADA, "2251", None, false),
    row("avaya", "voice", "avaya", "CallPilot Message", "", None, false),
    row("cisco-unity-caller", "voice", "cisco-unity-caller", "", NUMBER, None, false),
    row("cisco-unity", "voice", "cisco-unity", ADA, "2001", None, false),
    row("cns", "voice", "cns", "", NUMBER, Some((31.0, "message-header")), false),
    row("cns-greeting", "other", "cns", "", "+6135550177", None, false),
    row("delta-chat", "voice", "delta-chat", "Ada", "", Some((10.5, "message-header")), false),
    row("exchange-fax", "fax", "exchange-um", "", "+14255550123", None, false),
    row("exchange-missed", "other", "exchange-um", ADA, "+14255550123", None, false),
    row("exchange-recall", "email", "", ADA, "", None, false),
    row("exchange-um", "voice", "exchange-um", ADA, "+14255550123", Some((31.0, "message-header")), true),
    row("fax", "fax", "", "", PUBLIC, None, false),
    row("fritzbox", "voice", "fritzbox", "", "030 5550123", Some((31.0, "text")), false),
    row("freeswitch", "voice", "freeswitch", ADA, NUMBER, Some((31.0, "message-header")), true),
    row("fusionpbx", "voice", "fusionpbx", ADA, NUMBER, Some((62.0, "text")), false),
    row("google-voice", "voice", "google-voice", "", "(613) 555-0142", None, false),
    row("hylafax", "fax", "hylafax", ADA, NUMBER, None, false),
    row("ivm", "voice", "ivm", "Renée Okafor", PUBLIC, Some((31.0, "part-header")), false),
    row("kazoo", "voice", "kazoo", ADA, PUBLIC, Some((31.0, "text")), false),
    row("mitel", "voice", "mitel", "Ada Okafor at ext.2000", "2000", Some((4.0, "text")), true),
    row("mobeon", "voice", "vpim2", ADA, NUMBER, Some((20.0, "description")), false),
    row("music", "email", "", ADA, "", None, false),
    row("nupoint", "voice", "nupoint", "", NUMBER, None, false),
    row("omtp-vvm", "voice", "omtp-vvm", "", NUMBER, Some((17.0, "part-header")), false),
    row("outside-caller", "voice", "vpim2", "Telephone Answering", "+442079460153", None, false),
    row("pager", "other", "pager", "PBX", "", None, false),
    row("podcast", "email", "", "The Example Show", "", None, false),
    row("ringcentral", "voice", "ringcentral", "", "(613) 555-0142", Some((31.0, "text")), false),
    row("sems", "voice", "sems", "", NUMBER, None, false),
    row("signed", "email", "", ADA, "", None, false),
    row("teams-voicemail", "voice", "teams-voicemail", ADA, PUBLIC, Some((31.0, "message-header")), false),
    row("twilio", "voice", "twilio", "", "(613) 555-0142", None, false),
    row("umsi", "voice", "umsi", "", NUMBER, Some((12.0, "message-header")), false),
    row("voice-connector", "voice", "voice-connector", ADA, "650 555 0142", Some((11.0, "subject")), false),
    row("vpim-forward", "voice", "vpim2", ADA, PUBLIC, None, false),
    row("vpim1", "voice", "vpim1", "", NUMBER, None, true),
    row("vpim2", "voice", "vpim2", ADA, PUBLIC, Some((25.0, "part-header")), true),
];

pub fn sample(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/data/eml/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).expect(&path)
}

pub fn sample_names() -> Vec<String> {
    ROWS.iter().map(|row| row.file.to_owned()).collect()
}

fn text_of(name: &str) -> String {
    String::from_utf8(sample(name)).expect("ASCII").replace("\r\n", "\n")
}

fn read(name: &str) -> Mail {
    let options = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    Mail::read(&sample(name), &options)
}

#[test]
fn every_system_is_known_by_its_own_marks() {
    for row in ROWS {
        let mail = read(row.file);
        let file = row.file;
        assert_eq!(mail.kind.as_str(), row.kind, "{file}: {:?}", mail.evidence);
        assert_eq!(mail.profile.as_deref().unwrap_or_default(), row.profile, "{file}");
        assert_eq!(mail.sender.name.as_deref().unwrap_or_default(), row.name, "{file}");
        assert_eq!(mail.sender.number.as_deref().unwrap_or_default(), row.number, "{file}");
        let said = mail.duration.zip(mail.duration_source);
        let said = said.map(|(length, source)| (length.as_secs_f64(), source.as_str()));
        assert_eq!(said, row.length, "{file}");
        assert_eq!(mail.importance == Some(Importance::High), row.urgent, "{file}");
        let special = mail.kind != MessageKind::Email;
        assert_eq!(!mail.evidence.is_empty(), special, "{file}");
    }
}

#[test]
fn every_row_of_the_table_has_a_sample_and_every_sample_a_row_here() {
    for vendor in &Table::builtin().rows {
        assert!(
            ROWS.iter().any(|row| row.profile == vendor.id || row.file == vendor.id),
            "{}",
            vendor.id
        );
    }
    let dir = format!("{}/tests/data/eml", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(dir).expect("the samples") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let name = name.trim_end_matches(".eml");
        assert!(ROWS.iter().any(|row| row.file == name), "{name}");
    }
}

#[test]
fn sems_is_known_in_the_words_of_any_site() {
    let read = |from: &str, to: &str| {
        let text = text_of("sems");
        assert!(text.contains(from), "{from}");
        Mail::read(text.replace(from, to).as_bytes(), &ReadOptions::default())
    };
    let mail = read("Voice message from: sip:6135550142@gw.example.net", "Neue Nachricht");
    assert_eq!(mail.profile.as_deref(), Some("sems"));
    assert_eq!(mail.sender.number.as_deref(), Some(NUMBER), "from the text");
    let mail = read("X-Content: Voicemail\n", "");
    assert_eq!((mail.profile.as_deref(), mail.kind), (Some("sems"), MessageKind::Voice));
    let mail = read("6135550142@gw.example.net", "anonymous@anonymous.invalid");
    assert_eq!((mail.profile.as_deref(), mail.sender.number), (Some("sems"), None));
    assert!(mail.sender.outside_caller, "the robot reads no mail");
}

#[test]
fn a_table_of_the_user_comes_first() {
    let own = "[[vendor]]\nid = 'own-pbx'\nname = 'Own PBX'\nkind = 'voice'\n\
        [[vendor.mark]]\nin = 'header'\nname = 'X-Own'\n";
    let table = Table::parse(own).expect("reads").before(Table::builtin());
    let raw = [b"X-Own: 1\n".as_slice(), &sample("music")].concat();
    let mail = Mail::read_with(&raw, &ReadOptions::default(), &table);
    assert_eq!((mail.kind, mail.profile.as_deref()), (MessageKind::Voice, Some("own-pbx")));
}

/// A message with these header lines and, where asked for, these parts.
fn with(head: &str, parts: &[&str]) -> Mail {
    let mut raw = format!("From: Ada Okafor <VOICE=+16135550142@vm.example.com>\n{head}\n");
    raw += "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n";
    for part in ["text/plain"].iter().chain(parts) {
        raw += &format!("--b\nContent-Type: {part}\n\n~~~~\n");
    }
    let options = ReadOptions { measure_audio: false, ..ReadOptions::default() };
    Mail::read((raw + "--b--\n").as_bytes(), &options)
}

#[test]
fn exchange_is_known_by_its_content_class_and_the_right_medium() {
    for (class, part, kind) in [
        ("voice", "audio/wav", MessageKind::Voice),
        ("voice-ca", "audio/wav", MessageKind::Voice),
        ("VOICE-UC", "audio/gsm", MessageKind::Voice),
        ("fax", "image/tiff", MessageKind::Fax),
        ("fax-ca", "image/tiff", MessageKind::Fax),
        ("missedcall", "text/plain", MessageKind::Other),
        ("voice", "text/plain", MessageKind::Email),
        ("fax", "text/plain", MessageKind::Email),
        ("urn:content-classes:message", "audio/wav", MessageKind::Email),
    ] {
        let mail = with(&format!("Content-Class: {class}"), &[part]);
        assert_eq!(mail.kind, kind, "{class} {part}: {:?}", mail.evidence);
    }
}

#[test]
fn the_fields_that_recall_notices_carry_too_decide_nothing() {
    for head in [
        "X-VoiceMessageDuration: 35\nX-CallingTelephoneNumber: IPM.Note\nX-FaxNumberOfPages: 0",
        "X-VoiceMessageDuration: 35",
        "X-CallingTelephoneNumber: +16135550142\nX-VoiceMessageSenderName: Ada",
        "X-FaxNumberOfPages: 3",
    ] {
        for parts in [&[][..], &["audio/wav"], &["image/png"], &["application/pdf"]] {
            let mail = with(head, parts);
            assert_eq!(mail.kind, MessageKind::Email, "{head} {parts:?}: {:?}", mail.evidence);
            assert!(mail.profile.is_none() && mail.duration.is_none() && mail.pages.is_none());
        }
    }
}

#[test]
fn visual_voicemail_is_known_by_either_context_and_tells_number_and_length() {
    for field in ["Message-Context", "X-CNS-Message-Context"] {
        let mail = with(&format!("{field}: voice-message\nContent-Duration: 17"), &["audio/amr"]);
        assert_eq!(mail.kind, MessageKind::Voice, "{field}");
        assert_eq!(mail.sender.number.as_deref(), Some("+16135550142"), "{field}");
        assert_eq!(mail.duration.map(|d| d.as_secs()), Some(17), "{field}");
        assert_eq!(mail.duration_source.map(|s| s.as_str()), Some("message-header"), "{field}");
        let greeting = with(&format!("{field}: x-voice-greeting-message"), &["audio/amr"]);
        assert_eq!(greeting.kind, MessageKind::Other, "{field}");
    }
    let greeting = with("X-CNS-Greeting-Type: normal-greeting", &["audio/amr"]);
    assert_eq!(greeting.kind, MessageKind::Other);
}

#[test]
fn the_fields_of_asterisk_and_freeswitch_need_a_recording() {
    let asterisk = "X-Asterisk-VM-Message-Num: 3\nX-Asterisk-VM-Caller-ID-Num: 6135550177\n\
        X-Asterisk-VM-Caller-ID-Name: Bo\nX-Asterisk-VM-Duration: 31\nX-Asterisk-VM-Priority: 2";
    let freeswitch = "X-Voicemail-Length: 31";
    for (head, id, number) in
        [(asterisk, "asterisk", "6135550177"), (freeswitch, "freeswitch", "+16135550142")]
    {
        let mail = with(head, &["audio/x-wav"]);
        assert_eq!((mail.kind, mail.profile.as_deref()), (MessageKind::Voice, Some(id)));
        assert_eq!(mail.sender.number.as_deref(), Some(number), "{id}");
        assert_eq!(mail.duration.map(|d| d.as_secs()), Some(31), "{id}");
        // The step of a dial plan is no importance.
        assert_eq!(mail.importance, None, "{id}");
        assert_eq!(with(head, &[]).kind, MessageKind::Email, "{id}");
    }
}

#[test]
fn a_chat_note_needs_its_mark_and_a_recording_and_counts_milliseconds() {
    let mail = with("Chat-Voice-Message: 1\nChat-Duration: 10500", &["audio/aac"]);
    assert_eq!((mail.kind, mail.profile.as_deref()), (MessageKind::Voice, Some("delta-chat")));
    assert_eq!(mail.duration.map(|d| d.as_millis()), Some(10_500));
    assert_eq!(with("Chat-Voice-Message: 1", &[]).kind, MessageKind::Email);
    assert_eq!(with("Chat-Voice-Message: 0", &["audio/aac"]).kind, MessageKind::Email);
    assert_eq!(with("Chat-Duration: 10500", &["audio/aac"]).kind, MessageKind::Email);
}

#[test]
fn a_recording_alone_is_an_attachment_and_a_subject_alone_is_nothing() {
    // Decision E16: a subject and one recording may decide, either alone never.
    let subject = "Subject: New voicemail from (613) 555-0142 at 9:10 AM";
    for (head, parts) in [
        ("Subject: Listen to this", &["audio/wav"][..]),
        ("Subject: A message", &["audio/mpeg"]),
        (subject, &[]),
        ("Subject: 11 second Voice Mail", &[]),
        ("Subject: Voice Message from <6135550142> MB:<2000>", &["audio/wav", "audio/wav"]),
        ("Subject: Voice Message from <6135550142> MB:<2000>", &["audio/wav", "application/pdf"]),
    ] {
        let mail = with(head, parts);
        assert_eq!(mail.kind, MessageKind::Email, "{head} {parts:?}: {:?}", mail.evidence);
        assert!(mail.parts.iter().skip(1).all(|p| p.role == PartRole::Attachment), "{head}");
    }
    let probable = with("Subject: Voice Message from <6135550142> MB:<2000>", &["audio/wav"]);
    assert_eq!(probable.kind, MessageKind::Voice);
    assert_eq!(probable.evidence[0].code(), "vendor-likely:nupoint");
}

#[test]
fn a_report_is_a_report_whatever_marks_of_voice_it_carries() {
    let read = |report_type: &str, part: &str| {
        let raw = format!(
            "From: a@example.com\nMessage-Context: voice-message\nContent-Class: voice\n\
             X-Asterisk-VM-Message-Num: 1\nChat-Voice-Message: 1\nMIME-Version: 1.0 (Voice 2.0)\n\
             Content-Type: multipart/report; report-type={report_type}; boundary=b\n\n\
             --b\nContent-Type: multipart/voice-message; version=2.0; boundary=v\n\n\
             --v\nContent-Type: audio/32KADPCM\nContent-Disposition: inline; voice=Voice-Message\n\n\
             ~~~~\n--v--\n--b\nContent-Type: {part}\n\nx: y\n--b--\n"
        );
        Mail::read(raw.as_bytes(), &ReadOptions::default())
    };
    let dsn = read("delivery-status", "message/delivery-status");
    assert_eq!(dsn.kind, MessageKind::Dsn);
    let mdn = read("disposition-notification", "message/disposition-notification");
    assert_eq!(mdn.kind, MessageKind::Mdn);
    // The spoken explanation is there all the same.
    assert!(dsn.parts[0].decodable);
}

#[test]
fn ordinary_mail_with_sound_is_no_voice_message() {
    for file in ["exchange-recall", "music", "podcast", "signed"] {
        let mail = read(file);
        assert_eq!(mail.kind, MessageKind::Email, "{file}: {:?}", mail.evidence);
        assert!(mail.profile.is_none() && mail.transcript.is_none(), "{file}");
        assert!(mail.duration.is_none() && mail.sender.number.is_none(), "{file}");
        assert!(mail.parts.iter().all(|p| p.role != PartRole::VoiceMessage), "{file}");
    }
    assert!(sample("signed").windows(16).any(|w| w.eq_ignore_ascii_case(b"multipart/signed")));
}

#[test]
fn a_user_overrules_what_is_made_of_a_sender() {
    let row = |kind: &str, address: &str| {
        let own = format!(
            "[[vendor]]\nid = 'mine'\nname = 'My rule'\nkind = '{kind}'\n\
             [[vendor.mark]]\nin = 'from-address'\nlike = '{address}'\n"
        );
        Table::parse(&own).expect("reads").before(Table::builtin())
    };
    let kind = |file: &str, table: &Table| {
        let mail = Mail::read_with(&sample(file), &ReadOptions::default(), table);
        (mail.kind, mail.evidence.iter().map(Evidence::code).collect::<Vec<_>>())
    };
    for (file, address) in [("nupoint", "nupoint@*"), ("delta-chat", "ada@example.com")] {
        let (found, why) = kind(file, &row("mail", address));
        assert_eq!((found, why), (MessageKind::Email, vec!["vendor:mine".to_owned()]));
        assert_eq!(kind(file, &row("mail", "nobody@*")).0, MessageKind::Voice, "{file}");
    }
    assert_eq!(kind("podcast", &row("voice", "show@example.org")).0, MessageKind::Voice);
    // What the standards say is not overruled.
    assert_eq!(kind("vpim2", &row("mail", "*")).0, MessageKind::Voice);
    assert_eq!(kind("ivm", &row("mail", "*")).0, MessageKind::Voice);
}

#[test]
fn transcripts_name_their_origin() {
    for (file, text, origin) in [
        ("google-voice", "Please call before five.", "Google Voice"),
        ("exchange-um", "Please call before five.\nThanks.", "Microsoft Exchange"),
        ("cisco-unity", "Please call before five.", "Cisco Unity Connection"),
        ("att-vvm", "Hi, this is Ada, please call me back.", "AT&T visual voicemail"),
        ("amazon-connect", "Please call before five.", "Amazon Connect"),
        ("ringcentral", "Please call before five.", "RingCentral"),
        ("teams-voicemail", "Please call before five.", "Microsoft Teams"),
        ("kazoo", "Please call before five.", "KAZOO"),
    ] {
        let transcript = read(file).transcript.expect(file);
        assert_eq!((transcript.text.as_str(), transcript.origin.as_str()), (text, origin));
    }
    // The system's own words behind it are not part of it; HTML alone will do.
    let html = text_of("exchange-um").replace(
        "Content-Type: text/plain; charset=utf-8\n\nVoice Mail Preview: Please call before five.\nThanks.",
        "Content-Type: text/html\n\n<p>Voice Mail Preview: Please call before five.<br>Thanks.</p>\
         <p>Preview provided by Microsoft Speech Technology</p><p>Caller-Id: +14255550123</p>",
    );
    let html = Mail::read(html.as_bytes(), &ReadOptions::default()).transcript.expect("one");
    assert_eq!(html.text, "Please call before five.\nThanks.");
    let google = text_of("google-voice").replace(
        "Please call before five.",
        "Please call before five.\nplay message\n<https://voice.google.com/x>\nYOUR ACCOUNT",
    );
    let google = Mail::read(google.as_bytes(), &ReadOptions::default()).transcript.expect("one");
    assert_eq!(google.text, "Please call before five.");
    // A sender's own note is no transcript.
    let note = read("ivm");
    assert!(note.transcript.is_none());
    assert_eq!(note.text.as_deref(), Some("Please call before five."));
    assert!(read("att-vvm").parts.iter().any(|p| p.role == PartRole::Transcript));
}

#[test]
fn vpim_parts_have_their_roles_in_any_order() {
    let mail = read("vpim2");
    let roles: Vec<_> = mail.parts.iter().map(|p| p.role.as_str()).collect();
    assert_eq!(roles, ["voice-message", "spoken-subject", "spoken-name", "fax", "card"]);
    assert_eq!(mail.also, [MessageKind::Fax]);
    assert_eq!(mail.pages, Some(2));
    assert_eq!(mail.language.as_deref(), Some("en-CA"));
    assert_eq!(mail.message_id.as_deref(), Some("7f3a.1@vm.example.net"));
    assert_eq!(mail.to.len(), 2);
    assert_eq!(
        mail.parts.iter().map(|p| p.required).collect::<Vec<_>>(),
        [true, true, true, true, false]
    );
    assert!(mail.may_forward.is_allowed() && mail.forward_notice.is_some());
    let receipt = mail.receipt.expect("asked for");
    assert!(receipt.may_send && !receipt.needs_consent, "{receipt:?}");
    let [card] = mail.cards.as_slice() else { panic!("{:?}", mail.cards) };
    assert_eq!(card.emails, ["+16135550142@vm.example.net"]);
    assert!(card.has_spoken_name);
    // Version 1: roles by position.
    let roles: Vec<_> = read("vpim1").parts.iter().map(|p| p.role.as_str()).collect();
    assert_eq!(roles, ["spoken-name", "spoken-subject", "voice-message"]);
}

#[test]
fn only_the_alternative_shown_counts_as_required() {
    let raw = "Message-Context: voice-message\nContent-Type: multipart/alternative; boundary=b\n\n\
        --b\nContent-Type: audio/basic\n\n~~~~\n--b\nContent-Type: audio/x-nonsense\n\nx\n--b--\n";
    let mail = Mail::read(raw.as_bytes(), &ReadOptions::default());
    let required: Vec<_> = mail.parts.iter().map(|p| (p.decodable, p.required)).collect();
    assert_eq!(required, [(true, true), (false, false)]);
}

#[test]
fn lengths_and_pages_may_stand_at_the_end_of_a_subject() {
    let mail = |subject: &str, kind: &str| {
        let raw = format!(
            "Message-Context: {kind}\nSubject: {subject}\nContent-Type: multipart/mixed; boundary=b\n\n\
             --b\nContent-Type: audio/x-foo\n\nx\n--b\nContent-Type: image/tiff\n\nx\n--b--\n"
        );
        Mail::read(raw.as_bytes(), &ReadOptions::default())
    };
    let voice = mail("Voice Message (0:14)", "voice-message");
    assert_eq!(voice.duration.map(|d| d.as_secs()), Some(14));
    assert_eq!(voice.duration_source.map(|s| s.as_str()), Some("subject"));
    assert_eq!(mail("Fax (3p)", "fax-message").pages, Some(3));
    assert_eq!(mail("Fax", "fax-message").pages, None);
}

#[test]
fn privacy_inside_a_forward_blocks_the_whole() {
    let raw = sample("vpim-forward");
    let mail = read("vpim-forward");
    let by = Some("Sigrid Lund".to_owned());
    let marked = |may_reply| {
        let (inside, value) = (true, Sensitivity::Private);
        Permission::Refused(Refusal::Marked { by: by.clone(), inside, value, may_reply })
    };
    assert_eq!(mail.may_forward, marked(true));
    assert_eq!(mail.may_save, marked(false));
    assert_eq!(mail.forwarded.len(), 1);
    assert_eq!(mail.forwarded[0].sender.number.as_deref(), Some("+4755550123"));
    // The enclosed message is there octet for octet, and so are its parts.
    let original = inspect::body(&raw, "2").expect("there").octets;
    assert!(original.starts_with(b"From: \"Sigrid Lund\"") && original.ends_with(b"--inner--"));
    let inner = inspect::body(&raw, "2/1").expect("there");
    assert!(!inner.damaged && !inner.octets.is_empty());
    assert!(inspect::body(&raw, "2/2").is_none() && inspect::body(&raw, "1/1").is_none());
    assert!(inspect::body(&raw, "").is_none() && inspect::body(&raw, "2/").is_none());
}

#[test]
fn outside_callers_cannot_be_answered() {
    let mail = read("outside-caller");
    assert!(mail.sender.outside_caller && mail.reply_to.is_none());
    let number = Some("+442079460153".to_owned());
    assert_eq!(mail.may_reply, Permission::Refused(Refusal::OutsideCaller { number }));
    // Reply-To says so, although From looks like an address.
    assert!(!read("cns").may_reply.is_allowed());
    assert!(read("asterisk-anonymous").sender.withheld);
}

#[test]
fn several_recordings_play_in_the_order_the_message_tells() {
    let mail = read("exchange-um");
    let names: Vec<_> =
        inspect::primary_audio(&mail).iter().filter_map(|p| p.filename.as_deref()).collect();
    assert_eq!(names, ["reply.wav", "original.wav"]);
}

#[test]
fn the_beginning_of_a_message_is_enough_for_the_list() {
    for row in ROWS {
        let raw = sample(row.file);
        // Everything up to the middle of the last recording.
        let cut = raw.len() * 9 / 10;
        let mail = Mail::read(&raw[..cut], &ReadOptions::prefix(raw.len() as u64));
        assert_eq!(mail.kind.as_str(), row.kind, "{}", row.file);
        assert!(mail.problems.is_empty(), "{:?}", mail.problems);
    }
    // A long recording of which only the beginning is here: estimated from the whole size.
    let audio = "/".repeat(76) + "\r\n";
    let head = "From: 6135550142@vm.example.net\r\nContent-Type: multipart/voice-message; \
        version=2.0; boundary=b\r\n\r\n--b\r\nContent-Type: audio/32KADPCM\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n";
    let whole = format!("{head}{}--b--\r\n", audio.repeat(4_211));
    let mail = Mail::read(&whole.as_bytes()[..16 * 1024], &ReadOptions::prefix(whole.len() as u64));
    let seconds = mail.duration.expect("estimated").as_secs_f64();
    assert!((seconds - 60.0).abs() < 0.5, "{seconds}");
    assert_eq!(mail.duration_source, None);
    let mail = Mail::read(whole.as_bytes(), &ReadOptions::default());
    assert_eq!(mail.duration_source.map(|s| s.as_str()), Some("audio"));
}

#[test]
fn a_beginning_that_ends_in_the_spoken_name_has_no_length_yet() {
    let part = |role: &str, size: usize| {
        format!(
            "--b\r\nContent-Type: audio/32KADPCM\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: inline; voice={role}\r\n\r\n{}\r\n",
            "d3d3d3d3\r\n".repeat(size)
        )
    };
    let raw = format!(
        "From: 1@example.com\r\nMIME-Version: 1.0 (Voice 2.0)\r\n\
         Content-Type: multipart/voice-message; version=2.0; boundary=b\r\n\r\n{}{}--b--\r\n",
        part("Originator-Spoken-Name", 2_000),
        part("Voice-Message", 4_000),
    );
    let read = |octets: usize| {
        let options = ReadOptions::prefix(raw.len() as u64);
        Mail::read(&raw.as_bytes()[..octets], &options).duration.map(|d| d.as_secs())
    };
    assert_eq!(read(16 * 1024), None);
    assert_eq!(read(32 * 1024), Some(7));
}
