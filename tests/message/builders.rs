//! Every kind of message that Aloud builds, in one list: what all of them must have, whoever looks.

use std::sync::OnceLock;

use aloud::{
    codec::fax::{self, Bitmap},
    message::{
        Mail,
        compose::{self, Attachment, Known, Letter, Original, OriginalRelation, VoiceParts},
        inspect::{self, ReadOptions},
        mdn::{self, Disposition, MdnRequest, Mode},
        validate::{self, Outcome, Profile},
    },
    model::{AddrSpec, Importance, voice::VoiceFormat},
};

use super::compose::{address, assert_wire_clean, card, letter, seed, tone};

/// A page with a box on it.
pub fn page(height: u32) -> Bitmap {
    let mut page = Bitmap::blank(1_728, height, 204.0, 98.0);
    for y in height / 4..height / 2 {
        page.fill(y, 200, 900);
    }
    page
}

fn spec(text: &str) -> AddrSpec {
    AddrSpec::parse(text).expect("test address")
}

const FORMATS: [(VoiceFormat, &str); 3] =
    [(VoiceFormat::Vpim, "vpim"), (VoiceFormat::Ivm, "ivm"), (VoiceFormat::Friendly, "friendly")];

/// All of them by name.
pub fn messages() -> &'static [(String, Vec<u8>)] {
    static ALL: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    ALL.get_or_init(build_all)
}

fn build_all() -> Vec<(String, Vec<u8>)> {
    let (voice, name, subject) = (tone(9_001, 8_000), tone(1_200, 8_000), tone(1_000, 16_000));
    let parts = VoiceParts { voice: Some(&voice), ..VoiceParts::default() };
    let spoken = VoiceParts {
        voice: Some(&voice),
        spoken_name: Some(&name),
        spoken_subject: Some(&subject),
    };
    let pages = fax::encode(&[page(120), page(80)]);
    let build = |letter: &Letter<'_>| {
        compose::build(letter, &seed("b7.1")).unwrap_or_else(|error| panic!("{error}: {letter:?}"))
    };
    let received = build(&Letter {
        format: Some(VoiceFormat::Vpim),
        parts: spoken,
        card: Some(card()),
        ..letter()
    });
    let fax_received = build(&Letter {
        format: Some(VoiceFormat::Ivm),
        fax: Some(&pages),
        cover: "A fax is attached.",
        ..letter()
    });
    let headerless = b"\r\nlast words of a message\r\n".to_vec();
    let taken = |raw, relation| Some(Original { raw, relation });
    let answered = || Letter {
        subject: compose::reply_subject("Voice Message"),
        in_reply_to: Some("orig@client.example.net".into()),
        references: (0..12).map(|n| format!("reference-{n}@client.example.net")).collect(),
        ..letter()
    };

    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    for (format, label) in FORMATS {
        let vpim = format == VoiceFormat::Vpim;
        let text = (!vpim).then_some("Please call before five.\nGrüße, Jürgen\n.\nFrom me");
        let base = || Letter { format: Some(format), parts, cover: "A voice message.", ..letter() };
        let letters: Vec<(&str, Letter<'_>)> = vec![
            ("new", base()),
            (
                "full",
                Letter {
                    parts: spoken,
                    to: vec![
                        address("Åsa Öberg, Büro", "+16135550177@vm.example.com"),
                        address("B \"b\" \\ C", "2722@vm.example.com"),
                    ],
                    cc: vec![address("", "VPIM=+16135550143/EXT=227@gw.example.com")],
                    subject: "Rückruf wegen Montag, so schnell wie möglich und gern auch am Abend"
                        .into(),
                    text,
                    private: true,
                    importance: Importance::High,
                    receipt_to: Some(spec("+16135550142@vm.example.net")),
                    card: Some(card()),
                    language: Some("en-CA".into()),
                    fields: vec![
                        ("Caller-ID", "16135550142, NumberingPlan=e164".into()),
                        ("Caller-Name", "Renée Müller".into()),
                    ],
                    attachments: if vpim {
                        Vec::new()
                    } else {
                        vec![Attachment {
                            filename: "Menü: \"Mai\".pdf".into(),
                            media_type: "application/pdf".into(),
                            octets: (0..=255).collect(),
                        }]
                    },
                    ..base()
                },
            ),
            (
                "answers-elsewhere",
                Letter {
                    reply_to: Some(spec("2722@vm.example.net")),
                    card: Some(card()),
                    ..base()
                },
            ),
            ("list", Letter { list_recipients: true, ..base() }),
            ("with-fax", Letter { fax: Some(&pages), ..base() }),
            ("fax-alone", Letter { fax: Some(&pages), parts: VoiceParts::default(), ..base() }),
            (
                "reply",
                Letter { format: Some(format), parts, cover: "A voice message.", ..answered() },
            ),
            (
                "reply-with-original",
                Letter {
                    format: Some(format),
                    parts,
                    original: taken(&received, OriginalRelation::Reply),
                    ..answered()
                },
            ),
            (
                "forward",
                Letter {
                    parts: VoiceParts::default(),
                    original: taken(&received, OriginalRelation::Forward),
                    ..base()
                },
            ),
            (
                "forward-with-introduction",
                Letter {
                    parts: spoken,
                    card: Some(card()),
                    original: taken(&received, OriginalRelation::Forward),
                    ..base()
                },
            ),
            (
                "forward-of-a-fax",
                Letter { original: taken(&fax_received, OriginalRelation::Forward), ..base() },
            ),
            (
                "forward-without-header",
                Letter {
                    original: taken(&headerless, OriginalRelation::Forward),
                    known: Known {
                        from: Some(address("Bo", "2722@vm.example.net")),
                        ..Known::default()
                    },
                    ..base()
                },
            ),
        ];
        all.extend(letters.iter().map(|(name, letter)| (format!("{label}-{name}"), build(letter))));
    }
    let texts: Vec<(&str, Letter<'_>)> = vec![
        ("plain", Letter { subject: "Lunch".into(), text: Some("At one?\nFrom me"), ..letter() }),
        (
            "other-than-ascii",
            Letter {
                subject: "Grüße".into(), text: Some("Grüße = ä\n\u{1f600} end "), ..letter()
            },
        ),
        ("fax", Letter { fax: Some(&pages), text: Some("See there"), ..letter() }),
        (
            "forward",
            Letter {
                subject: compose::forward_subject("Voice Message"),
                original: taken(&received, OriginalRelation::Forward),
                ..letter()
            },
        ),
        ("answer", Letter { text: Some("Yes"), ..answered() }),
    ];
    all.extend(texts.iter().map(|(name, letter)| (format!("text-{name}"), build(letter))));
    all.extend(receipts());
    all
}

const ASKING: &str = "Return-Path: <+16135550142@vm.example.net>\r\n\
    Original-Recipient: rfc822;robin@example.com\r\n\
    From: \"Ada Okafor\" <+16135550142@vm.example.net>\r\n\
    To: robin@example.com\r\n\
    Date: Tue, 04 Mar 2025 09:10:00 -0500\r\n\
    Message-ID: <7f3a.1@client.example.net>\r\n\
    Subject: Voice Message\r\n\
    Disposition-Notification-To: +16135550142@vm.example.net\r\n\
    MIME-Version: 1.0\r\n\
    Message-Context: voice-message\r\n\
    Content-Type: audio/basic\r\n\r\nsecret sound\r\n";

/// Receipts: what happened, who decided, spoken or not, about a message with and without an
/// identifier.
fn receipts() -> Vec<(String, Vec<u8>)> {
    let bare = ASKING.replace("Message-ID: <7f3a.1@client.example.net>\r\n", "");
    let speech = tone(4_000, 8_000);
    let mut all = Vec::new();
    for (about, raw) in [("", ASKING), ("-of-a-message-without-id", bare.as_str())] {
        let mail = Mail::read(raw.as_bytes(), &ReadOptions::default());
        for (what, disposition, subject) in [
            ("played", Disposition::Displayed, "Played: Voice Message"),
            ("deleted", Disposition::Deleted, "Deleted: Voice Message"),
            ("forwarded", Disposition::Dispatched, "Forwarded: Voice Message"),
            (
                "failed",
                Disposition::ProcessedError("5.6.1 audio/x-foo cannot be played".into()),
                "Not played: Voice Message",
            ),
        ] {
            for (who, mode) in [("", Mode::Manual), ("-by-itself", Mode::Automatic)] {
                for (how, spoken) in [("", None), ("-spoken", Some(&speech))] {
                    let request = MdnRequest {
                        original: &mail,
                        original_header: raw.as_bytes(),
                        from: address("Robin Vale", "robin@example.com"),
                        final_recipient: spec("robin@example.com"),
                        disposition: disposition.clone(),
                        mode,
                        reporting_ua: "Aloud 1.0",
                        subject,
                        sentence: "What became of your voice message.\r\n",
                        spoken,
                    };
                    let (octets, to) = mdn::build(&request, &seed("mdn.1")).expect("builds");
                    assert_eq!(to.len(), 1);
                    all.push((format!("receipt-{what}{who}{how}{about}"), octets));
                }
            }
        }
    }
    all
}

/// The one with a name.
pub fn message(name: &str) -> Vec<u8> {
    let found = messages().iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("no message {name}")).1.clone()
}

#[test]
fn the_same_letter_gives_the_same_octets() {
    let (first, second) = (messages(), build_all());
    assert_eq!(first.len(), 3 * 12 + 5 + 32);
    for ((name, octets), (_, again)) in first.iter().zip(&second) {
        assert_wire_clean(octets);
        assert_eq!(octets, again, "{name}");
    }
}

#[test]
fn everything_built_passes_the_validator() {
    for (name, octets) in messages() {
        let report = validate::validate(octets, None);
        let failed: Vec<_> = report.with(Outcome::Fail).collect();
        assert!(failed.is_empty(), "{name}: {failed:#?}\n{}", String::from_utf8_lossy(octets));
        let claimed = match name.split('-').next().unwrap() {
            "vpim" => Profile::Vpim,
            // A forward says what it forwards; it is no voice message of its own.
            "ivm" | "friendly" if !name.ends_with("fax-alone") => Profile::Ivm,
            _ if name == "text-forward" => Profile::Ivm,
            _ => Profile::Mail,
        };
        assert_eq!(report.profile, claimed, "{name}");
        if claimed == Profile::Vpim {
            let report = validate::validate(octets, Some(Profile::Vpim));
            assert_eq!(report.count(Outcome::Fail), 0, "{name}");
        }
    }
}

/// Warnings that are meant: a rule that the user's choice overrides, or that only the sender can
/// judge.
const MEANT: [(&str, &str); 4] = [
    ("VPIM-4.3.3-a", "the card is the user's choice (C1)"),
    ("VPIM-4.3.3-d", "a card is as full as its owner wants"),
    ("VPIM-4.2.8-a", "Reply-To is the user's choice"),
    ("IVM-7-e", "a WAV goes to people known to play it"),
];

#[test]
fn nothing_built_warns_but_for_what_is_meant() {
    for (name, octets) in messages() {
        let report = validate::validate(octets, None);
        let warned: Vec<_> = report
            .with(Outcome::Warn)
            .filter(|row| !MEANT.iter().any(|(id, _)| *id == row.id))
            .collect();
        assert!(warned.is_empty(), "{name}: {warned:#?}");
    }
}

#[test]
fn vpim_messages_are_never_mixed_with_other_content() {
    for (name, octets) in messages().iter().filter(|(name, _)| name.starts_with("vpim-")) {
        let report = validate::validate(octets, None);
        let row = report.rows.iter().find(|row| row.id == "VPIM-4.4.1-a").unwrap();
        assert_eq!(row.result, Outcome::NotApplicable, "{name}: {}", row.reason);
        let mail = Mail::read(octets, &ReadOptions::default());
        assert!(mail.text.is_none(), "{name}");
    }
}

#[test]
fn a_header_is_made_from_what_is_known() {
    let known = Known {
        from: Some(address("Bo", "2722@vm.example.net")),
        date: Some(seed("x").date),
        subject: Some("Call me".into()),
    };
    for (raw, known, expected) in [
        (
            &b"\r\nbody\r\n"[..],
            known.clone(),
            "From: \"Bo\" <2722@vm.example.net>\nDate: Tue, 04 Mar 2025 09:10:00 -0500\nSubject: Call me\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\nbody\n",
        ),
        (
            b"body without header\r\n",
            Known::default(),
            "Subject: Message\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\nbody without header\n",
        ),
        (
            b"X-Gateway: 1\r\nContent-Type: audio/basic\r\n\r\nx\r\n",
            Known { subject: Some("Call me".into()), ..Known::default() },
            "Subject: Call me\nMIME-Version: 1.0\nX-Gateway: 1\nContent-Type: audio/basic\n\nx\n",
        ),
        (
            b"Date: Tue, 04 Mar 2025 09:10:00 -0500\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx\r\n",
            known,
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: 7bit\nContent-Disposition: inline; handling=REQUIRED\n\nDate: Tue,",
        ),
    ] {
        let letter = Letter {
            format: Some(VoiceFormat::Vpim),
            original: Some(Original { raw, relation: OriginalRelation::Forward }),
            known,
            ..letter()
        };
        let built = compose::build(&letter, &seed("k")).unwrap();
        let text = String::from_utf8(built.clone()).unwrap().replace("\r\n", "\n");
        assert!(text.contains(expected), "{text}");
        assert_eq!(validate::validate(&built, None).count(Outcome::Fail), 0, "{text}");
    }
}

#[test]
fn answers_elsewhere_are_said_in_header_and_card() {
    let octets = &message("vpim-answers-elsewhere");
    let text = String::from_utf8(octets.clone()).unwrap();
    assert!(text.contains("\r\nReply-To: 2722@vm.example.net\r\n"), "{text}");
    assert!(text.contains("\r\nEMAIL;TYPE=internet,pref:2722@vm.example.net\r\n"), "{text}");
    assert!(text.contains("\r\nEMAIL;TYPE=internet,vpim:+16135550142@vm.example.net\r\n"));
    let report = validate::validate(octets, None);
    let row = report.rows.iter().find(|row| row.id == "VPIM-4.2.8-c").unwrap();
    assert_eq!(row.result, Outcome::Pass, "{}", row.reason);
    let mail = Mail::read(octets, &ReadOptions::default());
    assert_eq!(mail.reply_to.unwrap().addr.as_str(), "2722@vm.example.net");
}

#[test]
fn a_card_without_a_number_stays_out_of_vpim() {
    let mut bare = card();
    bare.doc.tels.clear();
    let voice = tone(800, 8_000);
    for (format, there) in [(VoiceFormat::Vpim, false), (VoiceFormat::Ivm, true)] {
        let letter = Letter {
            format: Some(format),
            parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
            card: Some(bare.clone()),
            ..Letter { to: letter().to, ..Letter::new(address("Ada Okafor", "ada@example.net")) }
        };
        let mail =
            Mail::read(&compose::build(&letter, &seed("n")).unwrap(), &ReadOptions::default());
        assert_eq!(!mail.cards.is_empty(), there, "{format:?}");
    }
}

/// An uncompressed page in strips of so many rows.
fn in_strips(page: &Bitmap, rows: u32) -> Vec<u8> {
    let stride = page.rows.len() / page.height as usize;
    let strips: Vec<&[u8]> = page.rows.chunks(stride * rows as usize).collect();
    let mut file = b"II*\0".to_vec();
    let data = 8;
    let lists = data + page.rows.len() as u32;
    let count = strips.len() as u32;
    let directory = lists + 8 * count;
    file.extend(directory.to_le_bytes());
    file.extend(&page.rows);
    let mut at = data;
    for strip in &strips {
        file.extend(at.to_le_bytes());
        at += strip.len() as u32;
    }
    for strip in &strips {
        file.extend((strip.len() as u32).to_le_bytes());
    }
    let entries = [
        (256_u16, 1, page.width),
        (257, 1, page.height),
        (258, 1, 1),
        (259, 1, 1),
        (262, 1, 0),
        (273, count, lists),
        (277, 1, 1),
        (278, 1, rows),
        (279, count, lists + 4 * count),
    ];
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, count, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(4_u16.to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file
}

/// A fax of Aloud's own with a tag that says how it lies.
pub fn lying(page: &fax::Bitmap, orientation: u32) -> Vec<u8> {
    let mut file = fax::encode(std::slice::from_ref(page));
    let word = |at: usize| u32::from_le_bytes(*file[at..].first_chunk().unwrap()) as usize;
    let directory = word(4);
    let entries = usize::from(file[directory]);
    let mut list = file[directory..directory + 2 + entries * 12].to_vec();
    list[0] += 1;
    list.extend([&274_u16.to_le_bytes()[..], &3_u16.to_le_bytes(), &1_u32.to_le_bytes()].concat());
    list.extend(orientation.to_le_bytes());
    list.extend([0; 4]);
    let at = file.len() as u32;
    file[4..8].copy_from_slice(&at.to_le_bytes());
    file.extend(list);
    file
}

#[test]
fn a_fax_that_lies_on_its_side_leaves_upright() {
    let page = page(40);
    let tiff = lying(&page, 8);
    assert!(fax::pages(&tiff).unwrap()[0].turned);
    let letter = Letter { format: Some(VoiceFormat::Vpim), fax: Some(&tiff), ..letter() };
    let octets = compose::build(&letter, &seed("s")).unwrap();
    let sent = inspect::body(&octets, "1").unwrap().octets;
    let info = fax::pages(&sent).unwrap()[0];
    assert_eq!((info.width, info.height, info.turned), (page.height, page.width, false));
    assert_eq!(fax::render(&sent, 0).unwrap().rows, fax::render(&tiff, 0).unwrap().rows);
}

#[test]
fn any_fax_leaves_as_mh_in_one_strip_a_page() {
    let page = page(40);
    let tiff = in_strips(&page, 16);
    assert_eq!(fax::pages(&tiff).unwrap()[0].strips, 3);
    let letter = Letter { format: Some(VoiceFormat::Vpim), fax: Some(&tiff), ..letter() };
    let octets = compose::build(&letter, &seed("s")).unwrap();
    let report = validate::validate(&octets, None);
    assert_eq!(
        report.count(Outcome::Fail),
        0,
        "{:?}",
        report.with(Outcome::Fail).collect::<Vec<_>>()
    );
    let sent = inspect::body(&octets, "1").unwrap().octets;
    let pages = fax::pages(&sent).unwrap();
    assert_eq!((pages.len(), pages[0].coding, pages[0].strips), (1, "MH", 1));
    assert_eq!(fax::render(&sent, 0).unwrap().rows, page.rows);
    for junk in [&b"II*\0\x08\0\0\0"[..], b"GIF89a"] {
        let letter = Letter { fax: Some(junk), ..letter.clone() };
        assert!(matches!(compose::build(&letter, &seed("s")), Err(compose::Error::Codec(_))));
    }
}

/// Forms that have no snapshot of their own elsewhere; audio is cut so that the pictures stay small.
#[test]
fn the_forms_are_as_reviewed() {
    for name in [
        "vpim-answers-elsewhere",
        "vpim-list",
        "vpim-with-fax",
        "vpim-reply-with-original",
        "vpim-forward-with-introduction",
        "vpim-forward-without-header",
        "ivm-full",
        "ivm-forward",
        "friendly-full",
        "receipt-failed-spoken",
    ] {
        let text = String::from_utf8(message(name)).unwrap().replace("\r\n", "\n");
        let mut short = String::new();
        let mut encoded = 0;
        for line in text.lines() {
            let base64 = line.len() == 76 && !line.contains([' ', '"', ':']);
            encoded = if base64 { encoded + 1 } else { 0 };
            if encoded < 2 {
                short += line;
                short.push('\n');
            } else if encoded == 2 {
                short += "[...]\n";
            }
        }
        insta::assert_snapshot!(name, short);
    }
}
