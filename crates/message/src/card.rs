//! Contact cards: vCard 2.1 and 3.0 as RFC 2421 section 18 and RFC 2425/2426 describe them, and 4.0
//! (RFC 6350).
//!
//! [`parse`] never fails: what cannot be used is said in [`CardDoc::problem`]. What real cards of
//! voice systems have is repaired (unknown charsets, nested AGENT cards, junk lines, bare
//! quoted-printable); ADR 0007 says why no crate reads them. [`write()`] makes version 3.0. Nothing here
//! imports anything: a card is a proposal by its sender (reliability T11), and UID is not used for
//! matching. Limits: 256 KiB, 100 properties, 64 numbers and addresses. A SOUND that names another
//! part (`CID:`) is resolved by the caller within the same message level.
//!
//! Tests: below, and `tests/message/card.rs`.

mod lines;
mod read;
mod write;

pub use lines::PROPERTIES_MAX;
pub use read::{OCTETS_MAX, parse, parse_all, parse_file};
pub use write::{write, write_with};

/// A card, read or to be written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CardDoc {
    /// Formatted name; made from the name's components where the card has none.
    pub name: Option<String>,
    /// Family name.
    pub family: Option<String>,
    /// Given names.
    pub given: Option<String>,
    /// Role, or title.
    pub role: Option<String>,
    /// Organisation and its units.
    pub organization: Option<String>,
    /// Mail addresses, in order.
    pub emails: Vec<Email>,
    /// Telephone numbers, in order.
    pub tels: Vec<Tel>,
    /// Postal address in one line, or the place in it.
    pub place: Option<String>,
    /// Time zone as written.
    pub zone: Option<String>,
    /// Media type and octets of the photo, when it is inside the card.
    pub photo: Option<(String, Vec<u8>)>,
    /// The spoken name.
    pub sound: Option<Sound>,
    /// When it was last changed, as written: cards have dates, times and local forms.
    pub rev: Option<String>,
    /// Its identifier; never used for matching.
    pub uid: Option<String>,
    /// Notes.
    pub notes: Option<String>,
    /// The properties that have more to them than the fields above say, as they stood: N, ORG, ADR,
    /// TITLE, ROLE, NICKNAME, BDAY, URL. [`write()`] writes one again where the field that is made of it
    /// is unchanged.
    pub properties: Vec<Property>,
    /// Why it cannot be used as it stands, or what was repaired.
    pub problem: Option<String>,
}

/// A property with its components (RFC 2426 section 3).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Property {
    /// In upper case.
    pub name: String,
    /// Its types, of an ADR: `work`, `home`, `pref`.
    pub types: Vec<String>,
    /// The components in order, empty ones too; of a NICKNAME the names.
    pub components: Vec<String>,
}

impl Property {
    /// The components that say something, in one text.
    #[must_use]
    pub fn joined(&self) -> String {
        let filled: Vec<&str> =
            self.components.iter().map(String::as_str).filter(|c| !c.is_empty()).collect();
        filled.join(", ")
    }
}

/// A mail address on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// As written.
    pub addr: String,
    /// Takes VPIM messages.
    pub vpim: bool,
    /// Preferred.
    pub preferred: bool,
}

/// A telephone number on a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tel {
    /// As written.
    pub number: String,
    /// `voice`, `fax`, `cell`, `work`, ...; lower case, without `pref`.
    pub kinds: Vec<String>,
    /// Preferred.
    pub preferred: bool,
}

/// A spoken name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sound {
    /// In the card.
    Inline {
        /// Media type, `audio/basic` where the card says `BASIC`.
        media_type: String,
        /// The recording.
        octets: Vec<u8>,
    },
    /// A part of the same message, by Content-ID without brackets.
    Cid(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body(lines: &str) -> CardDoc {
        parse(format!("BEGIN:VCARD\n{lines}\nEND:VCARD\n").as_bytes())
    }

    #[test]
    fn reads_the_cards_of_rfc_2421() {
        let doc = body(
            "N:Parsons;Glenn;;Mr.;\nEMAIL;TYPE=INTERNET;VPIM:+12145551234@VM2.mycompany.com\n\
             TEL;TYPE=VOICE;MSG;WORK:+1-217-555-1234\n\n\
             SOUND;TYPE=32KADPCM;ENCODING=URI: CID:<part1@VM2-4321>\n\
             REV:19951031T222710Z\nVERSION: 3.0",
        );
        assert_eq!(doc.name.as_deref(), Some("Glenn Parsons"));
        assert_eq!((doc.family.as_deref(), doc.given.as_deref()), (Some("Parsons"), Some("Glenn")));
        let email =
            Email { addr: "+12145551234@VM2.mycompany.com".into(), vpim: true, preferred: false };
        assert_eq!(doc.emails, [email]);
        assert_eq!(doc.tels[0].number, "+1-217-555-1234");
        assert_eq!(doc.tels[0].kinds, ["voice", "msg", "work"]);
        assert_eq!(doc.sound, Some(Sound::Cid("part1@VM2-4321".into())));
        assert_eq!(doc.rev.as_deref(), Some("19951031T222710Z"));
        assert_eq!(doc.problem, None);
    }

    #[test]
    fn reads_sounds_in_every_form() {
        let inline = |media_type: &str| {
            Some(Sound::Inline { media_type: media_type.into(), octets: b"abcd".to_vec() })
        };
        for (line, expected) in [
            ("SOUND;TYPE=BASIC;ENCODING=b:YWJjZA==", inline("audio/basic")),
            ("SOUND;BASIC;BASE64:\n YWJj\n ZA==\n", inline("audio/basic")),
            ("SOUND;WAVE;ENCODING=BASE64:YWJj\nZA==\n", inline("audio/wav")),
            ("SOUND:data:audio/basic;base64,YWJjZA==", inline("audio/basic")),
            ("SOUND;TYPE=32KADPCM;VALUE=uri:CID:a%40b", Some(Sound::Cid("a@b".into()))),
            ("SOUND;TYPE=32KADPCM;URI=CID:<a@b>", Some(Sound::Cid("a@b".into()))),
            ("SOUND;VALUE=URI:cid:a@b", Some(Sound::Cid("a@b".into()))),
            ("SOUND;VALUE=uri:http://x.example/a.au", None),
            ("SOUND;ENCODING=b:", None),
        ] {
            assert_eq!(body(&format!("FN:x\n{line}")).sound, expected, "{line}");
        }
    }

    #[test]
    fn a_reading_is_no_damaged_recording() {
        for line in [
            "SOUND;X-IRMC-N:",
            "SOUND;X-IRMC-N;CHARSET=UTF-8:Roe;Jane;;;",
            "SOUND;X-IRMC-N;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=DB=B0;=BC=DE;;;",
            "SOUND;TYPE=x-irmc-n;CHARSET=UTF-8:ｼﾞｪｰﾝ",
            "SOUND:JON Q PUBLIK",
            "SOUND;CHARSET=UTF-8:YON KYU",
            "SOUND;VALUE=text:JON Q PUBLIK",
        ] {
            let doc = body(&format!("VERSION:2.1\nFN:x\n{line}\nTEL:1"));
            assert_eq!((doc.sound, doc.problem, doc.tels.len()), (None, None, 1), "{line}");
        }
        // A recording that is none still is damaged.
        for line in ["SOUND;WAVE;BASE64:", "SOUND;WAVE:what", "SOUND;ENCODING=b;TYPE=basic:"] {
            assert!(body(&format!("FN:x\n{line}")).problem.is_some(), "{line}");
        }
    }

    #[test]
    fn what_version_2_1_folds_keeps_its_blanks() {
        let old = body(
            "VERSION:2.1\nFN:Jane\n Roe\nNOTE:Hello\n World\nORG;QUOTED-PRINTABLE:Caf=C3=A9=\n \
             bar;=\nNorth=\n\tSide",
        );
        assert_eq!(old.name.as_deref(), Some("Jane Roe"));
        assert_eq!(old.notes.as_deref(), Some("Hello World"));
        assert_eq!(old.organization.as_deref(), Some("Café bar, North Side"));
        // Later versions put the blank in; each card of a file has its own, which may stand last.
        let cards = parse_all(
            b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jo\r\n hn\r\nEND:VCARD\r\n\
              begin: vcard\r\nFN:Jo\r\n hn\r\nVersion: 2.1\r\nEND:VCARD\r\n\
              BEGIN:VCARD\r\nFN:Jo\r\n hn\r\nEND:VCARD\r\n",
        );
        let names: Vec<_> = cards.iter().filter_map(|card| card.name.as_deref()).collect();
        assert_eq!(names, ["John", "Jo hn", "John"]);
        // A picture is of letters alone, however it is folded.
        let photo = body("VERSION:2.1\nFN:x\nPHOTO;GIF;ENCODING=BASE64:\n R0lG\n ODlh\n\nTEL:1");
        assert_eq!(photo.photo.map(|(_, octets)| octets), Some(b"GIF89a".to_vec()));
        assert_eq!(photo.tels.len(), 1);
    }

    #[test]
    fn repairs_what_real_cards_have() {
        let quoted = body(
            "VERSION:2.1\nN;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:M=FCller;J=F6rg\n\
            ADR;WORK;QUOTED-PRINTABLE:;;Am See =\n5;Ulm;;;\nTEL;CELL;PREF:0171",
        );
        assert_eq!(quoted.name.as_deref(), Some("Jörg Müller"));
        assert_eq!(quoted.place.as_deref(), Some("Am See 5, Ulm"));
        assert!(quoted.tels[0].preferred && quoted.tels[0].kinds == ["cell"]);

        let agent = body("FN:Boss\nAGENT:\nBEGIN:VCARD\nFN:Aide\nTEL:1\nEND:VCARD\nTEL:2");
        assert_eq!((agent.name.as_deref(), agent.tels.len()), (Some("Boss"), 1));
        assert_eq!(agent.tels[0].number, "2");

        // The name of an encoding is no type, wherever it stands.
        let odd = body("FN:x\nTEL;TYPE=cell,quoted-printable,a_b:1\nTEL:2");
        assert_eq!((odd.tels.len(), odd.tels[0].kinds.as_slice()), (2, &["cell".to_owned()][..]));

        let latin = parse(b"\xef\xbb\xbfBEGIN:VCARD\r\nFN:A\r\n  B\r\njunk line\r\nitem1.EMAIL;type=pref:mailto:a@b\r\n");
        assert_eq!(latin.name.as_deref(), Some("A B"));
        assert!(latin.emails[0].preferred && latin.emails[0].addr == "a@b");
        assert_eq!(latin.problem.as_deref(), Some("its end is missing"));
        assert_eq!(parse(b"BEGIN:VCARD\nFN:J\xf6rg\nEND:VCARD").name.as_deref(), Some("Jörg"));

        let new = body(
            "VERSION:4.0\nFN:A\\, B\nTEL;VALUE=uri;PREF=1;TYPE=\"voice,home\":tel:+1-555-0100\nTITLE:t\nROLE:r\nORG:O\\;1;Unit\nNOTE:a\\nb\nTZ:-05:00",
        );
        assert_eq!(new.name.as_deref(), Some("A, B"));
        assert_eq!((new.tels[0].number.as_str(), new.tels[0].kinds.len()), ("+1-555-0100", 2));
        assert_eq!(new.role.as_deref(), Some("r"));
        assert_eq!(new.organization.as_deref(), Some("O;1, Unit"));
        assert_eq!(new.notes.as_deref(), Some("a\nb"));
        assert_eq!(new.zone.as_deref(), Some("-05:00"));

        // Commas part values inside a component; one that parts nothing is no value.
        let listed = body("N:King;Ada,Bo;Cy\\,D\nADR:;;1 Main St,Flat 2,;Ulm\nORG:A\\;B;C");
        assert_eq!(listed.given.as_deref(), Some("Ada Bo Cy,D"));
        assert_eq!(listed.place.as_deref(), Some("1 Main St, Flat 2, Ulm"));
        assert_eq!(listed.organization.as_deref(), Some("A;B, C"));
    }

    #[test]
    fn what_a_card_is_made_of_survives_a_round_trip() {
        let lines = "VERSION:3.0\r\nFN:Dr. Ada B. Okafor\r\nN:Okafor;Ada;B.;Dr.;PhD\r\n\
            ORG:Calder\\, Finch;Voice;Lab 2\r\nTITLE:Head of Voice\r\nROLE:Engineer\r\n\
            ADR:;;1 Main St;Leeds;;LS1 1AA;UK\r\nADR;TYPE=work,pref:;;2 Side St;York;;;\r\nNICKNAME:Ada,Addie,A\\, B\r\nBDAY:1980-01-02\r\n\
            URL:https://example.com/ada?a=1,2;b=3\r\nNOTE:a\\nb";
        let written = write(&body(lines));
        for line in lines.split("\r\n").filter(|line| !line.starts_with("VERSION")) {
            assert!(
                written.contains(&format!("\r\n{}\r\n", line.trim_start())),
                "{line}: {written}"
            );
        }
        assert_eq!(write(&parse(written.as_bytes())), written);
        // What was changed by hand wins.
        let mut changed = body(lines);
        changed.family = Some("Oke".into());
        changed.place = Some("Hull".into());
        changed.role = None;
        let written = write(&changed);
        assert!(written.contains("\r\nN:Oke;Ada B.;;;\r\n"), "{written}");
        assert!(
            written.contains("\r\nADR:;;;Hull;;;\r\n") && !written.contains("Leeds"),
            "{written}"
        );
        assert!(!written.contains("TITLE") && !written.contains("ROLE"), "{written}");
    }

    #[test]
    fn a_web_address_cannot_start_a_line_nor_escape() {
        let url = |value: &str| Property {
            name: "URL".into(),
            types: Vec::new(),
            components: vec![value.into()],
        };
        let doc = CardDoc {
            properties: vec![url("https://a.example/\r\nEMAIL:x@y\\,z")],
            ..body("FN:x")
        };
        let written = write(&doc);
        assert!(written.contains("\r\nURL:https://a.example/EMAIL:x@y%5C,z\r\n"), "{written}");
        assert_eq!(write(&parse(written.as_bytes())), written);
    }

    #[test]
    fn limits_hold_and_say_so() {
        assert!(parse(&vec![b'a'; OCTETS_MAX + 1]).problem.is_some());
        assert!(parse(b"").problem.is_some());
        let many = body(&format!("FN:x\n{}", "TEL:1\n".repeat(5_000)));
        assert_eq!(many.tels.len(), 64);
        let problem = many.problem.clone().unwrap_or_default();
        assert!(problem.contains("100 properties") && problem.contains("64 numbers"), "{problem}");
        // What was kept of it fits into a card.
        assert_eq!(parse(write(&many).as_bytes()).tels, many.tels);
        let deep = format!("BEGIN:VCARD\nFN:x\n{}", "AGENT:\nBEGIN:VCARD\n".repeat(5_000));
        assert_eq!(parse(deep.as_bytes()).name.as_deref(), Some("x"));
        assert_eq!(parse_all(&b"BEGIN:VCARD\nFN:x\nEND:VCARD\n".repeat(300)).len(), 100);
    }

    prop_compose! {
        fn any_doc()(
            name in "\\PC{1,40}", role in proptest::option::of("\\PC{1,30}"),
            number in "[+0-9-]{1,15}", place in proptest::option::of("[a-zA-Z;,\\\\ ]{1,20}x"),
            sound in proptest::option::of("[a-z.]{1,9}@[a-z%+]{1,9}"),
        ) -> CardDoc {
            CardDoc {
                name: Some(name), role, place, sound: sound.map(Sound::Cid),
                tels: vec![Tel { number, kinds: vec!["voice".into()], preferred: true }],
                emails: vec![Email { addr: "a@b".into(), vpim: true, preferred: false }],
                ..CardDoc::default()
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(doc in any_doc()) {
            let back = parse(write(&doc).as_bytes());
            let clean = |t: &Option<String>| t.as_deref().map(crate::display::clean).filter(|t| !t.is_empty());
            if clean(&doc.name).is_some() {
                prop_assert_eq!(clean(&back.name), clean(&doc.name));
            }
            prop_assert_eq!(clean(&back.role), clean(&doc.role));
            prop_assert_eq!(clean(&back.place), clean(&doc.place));
            prop_assert_eq!(&back.sound, &doc.sound);
            prop_assert_eq!(&back.tels, &doc.tels);
            prop_assert_eq!(&back.emails, &doc.emails);
        }

        #[test]
        fn reading_never_panics(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse_all(&octets);
            let framed = [b"BEGIN:VCARD\n".as_slice(), &octets, b"\nEND:VCARD"].concat();
            let _ = parse_all(&framed);
        }

        #[test]
        fn card_like_text_never_panics(lines in proptest::collection::vec(
            "(SOUND|PHOTO|TEL|EMAIL|N|ADR|ORG|AGENT|NOTE|BEGIN|END|X)?(;(TYPE=|ENCODING=|VALUE=|CHARSET=)?[a-zA-Z0-9\"=,-]{0,12}){0,3}:?[ -~\\PC]{0,40}", 0..12)
        ) {
            let text = format!("BEGIN:VCARD\r\n{}\r\nEND:VCARD\r\n", lines.join("\r\n"));
            let _ = parse_all(text.as_bytes());
        }
    }
}
