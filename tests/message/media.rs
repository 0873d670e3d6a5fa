//! What must play and show, whoever sent it: recordings (RFC 3802, RFC 2046 section 4.3, RFC 4239
//! section 7), fax pages (RFC 2302, RFC 2306), and what becomes of the rest.

use aloud::{
    codec::{
        self, Hint, Limits, Pcm, au,
        fax::{self, Bitmap},
        g711::{self, Law},
        gsm, wav,
    },
    message::{
        Mail, PartInfo, PartRole, Problem,
        inspect::{self, ReadOptions},
    },
    model::MessageKind,
    wording,
};
use base64::{Engine, engine::general_purpose::STANDARD};

fn read(raw: &[u8]) -> Mail {
    Mail::read(raw, &ReadOptions::default())
}

/// A message of parts: header lines and octets of each.
fn message(head: &str, parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut raw = format!("From: a@vm.example.com\nMIME-Version: 1.0\n{head}; boundary=X\n\n");
    for (head, octets) in parts {
        raw += &format!(
            "--X\n{head}\nContent-Transfer-Encoding: base64\n\n{}\n",
            STANDARD.encode(octets)
        );
    }
    (raw + "--X--\n").into_bytes()
}

/// What a part sounds like in the player.
fn sound(raw: &[u8], part: &PartInfo) -> Result<Pcm, codec::Error> {
    let octets = inspect::body(raw, &part.path).expect("a body").octets;
    let hint = Hint { media_type: &part.media_type, filename: part.filename.as_deref() };
    codec::decode(&octets, hint, Limits::default())
}

/// 1 kHz as code words, and as the reference module of the ITU decodes them.
const CODED: &str = "f3ePiH9HrrpBRb7JQTWuyg==";
const LINEAR: [i16; 32] = [
    0, 88, 120, 172, 8, -148, -332, -692, -60, 876, 3136, 5664, -556, -6084, -7380, -6424, 552,
    5192, 7192, 6052, -332, -4936, -8572, -5772, 356, 5388, 7848, 5484, -284, -6216, -8084, -5632,
];

#[test]
fn adpcm_is_headerless_low_nibble_first_and_fresh_in_each_part() {
    let coded = STANDARD.decode(CODED).unwrap();
    let raw = message(
        "Content-Type: multipart/voice-message; version=2.0",
        &[
            (
                "Content-Type: audio/32KADPCM\nContent-Disposition: inline; voice=Voice-Message",
                coded.clone(),
            ),
            ("Content-Type: Audio/32kadpcm", coded.clone()),
            ("Content-Type: AUDIO/32KADPCM; x-odd=1", coded.clone()),
        ],
    );
    let mail = read(&raw);
    assert_eq!(mail.kind, MessageKind::Voice);
    assert_eq!(mail.parts.len(), 3);
    for part in &mail.parts {
        assert_eq!(part.codec.as_deref(), Some("G.726 32 kbit/s"));
        assert!(part.decodable && part.problem.is_none(), "{part:?}");
        assert_eq!(part.seconds, Some(0.004));
        // A state kept from the part before would change the first samples.
        assert_eq!(sound(&raw, part), Ok(Pcm::telephone(LINEAR.to_vec())));
    }
    // The same octets as they are (binary transport).
    let mut raw = b"From: a@vm.example.com\r\nMessage-Context: voice-message\r\n\
        Content-Type: audio/32KADPCM\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        .to_vec();
    raw.extend(&coded);
    let mail = read(&raw);
    assert_eq!(sound(&raw, &mail.parts[0]), Ok(Pcm::telephone(LINEAR.to_vec())));
}

#[test]
fn basic_is_mu_law_with_or_without_the_header_of_a_sun_file() {
    let octets = [0xFF, 0xA9, 0xA0, 0xA9, 0xFF, 0x29, 0x20, 0x29];
    let samples = g711::decode(&octets, Law::MuLaw);
    assert_eq!(samples[..3], [0, 5628, 7932]);
    for octets in [octets.to_vec(), au::write_law(&octets, Law::MuLaw, 8000)] {
        let raw = message(
            "Message-Context: voice-message\nContent-Type: multipart/mixed",
            &[("Content-Type: audio/basic", octets)],
        );
        let mail = read(&raw);
        let part = &mail.parts[0];
        assert_eq!((part.role, part.decodable), (PartRole::VoiceMessage, true));
        assert_eq!(part.codec.as_deref(), Some("G.711 µ-law"));
        assert_eq!(sound(&raw, part), Ok(Pcm::telephone(samples.clone())));
    }
}

#[test]
fn other_recordings_play_too() {
    let pcm = Pcm::telephone((0..1600).map(|n: i32| ((n % 40 - 20) * 300) as i16).collect());
    let blocks = gsm::encode_blocks(&pcm.samples);
    for (media_type, octets, name) in [
        ("audio/wav", wav::write(&pcm), "PCM"),
        ("audio/x-WAV", gsm::wav_file(&blocks, 1600), "GSM 06.10"),
        ("audio/x-gsm", gsm::encode(&pcm.samples), "GSM 06.10"),
        ("audio/x-alaw", g711::encode(&pcm.samples, Law::ALaw), "G.711 A-law"),
        ("audio/inline", au::write(&pcm), "PCM"),
    ] {
        let head = format!("Content-Type: {media_type}");
        let raw = message(
            "Message-Context: voice-message\nContent-Type: multipart/mixed",
            &[(&head, octets)],
        );
        let mail = read(&raw);
        let part = &mail.parts[0];
        assert!(part.decodable && part.problem.is_none(), "{media_type}: {part:?}");
        assert_eq!(part.codec.as_deref(), Some(name), "{media_type}");
        assert_eq!(sound(&raw, part).unwrap().samples.len(), 1600, "{media_type}");
        assert_eq!(mail.duration.map(|d| d.as_millis()), Some(200), "{media_type}");
    }
}

fn pages() -> Vec<u8> {
    let mut page = Bitmap::blank(300, 20, 204.0, 98.0);
    page.fill(3, 20, 100);
    fax::encode(&[page.clone(), page])
}

#[test]
fn fax_pages_show_with_and_without_the_parameter() {
    for parameter in ["", "; application=faxbw", "; application=faxcolor", "; application=\"\""] {
        let tiff = format!("Content-Type: image/tiff{parameter}");
        for (head, kind, also) in [
            (
                "Message-Context: fax-message\nContent-Type: multipart/mixed",
                MessageKind::Fax,
                vec![],
            ),
            (
                "Content-Type: multipart/voice-message; version=2.0",
                MessageKind::Voice,
                vec![MessageKind::Fax],
            ),
        ] {
            let raw = message(head, &[(&tiff, pages())]);
            let mail = read(&raw);
            assert_eq!((mail.kind, &mail.also), (kind, &also), "{parameter}");
            assert_eq!(mail.pages, Some(2), "{parameter}");
            let part = &mail.parts[0];
            assert_eq!((part.role, part.decodable), (PartRole::Fax, true), "{parameter}");
            let octets = inspect::body(&raw, &part.path).unwrap().octets;
            let page = fax::render(&octets, 1).unwrap();
            assert!(page.get(50, 3) && !page.get(5, 3) && !page.damaged);
        }
        // Pages and nothing else are a fax, whether the sender says so or not (RFC 2302, 4239 §8).
        let raw = message("Content-Type: multipart/mixed", &[(&tiff, pages())]);
        assert_eq!(read(&raw).kind, MessageKind::Fax, "{parameter}");
    }
}

#[test]
fn nothing_that_cannot_be_rendered_is_silent() {
    let wma = b"\x30\x26\xB2\x75\x8E\x66\xCF\x11 and so on".to_vec();
    let raw = message(
        "Content-Type: multipart/voice-message; version=2.0",
        &[
            ("Content-Type: audio/x-ms-wma\nContent-Disposition: inline; voice=Voice-Message", wma),
            ("Content-Type: image/tiff", b"II*\0 broken".to_vec()),
            ("Content-Type: audio/basic", Vec::new()),
            ("Content-Type: application/x-thing; name=a.thing", b"thing".to_vec()),
        ],
    );
    let mail = read(&raw);
    for (path, words) in
        [("1", "Windows Media Audio"), ("2", "fax is damaged"), ("3", "recording is empty")]
    {
        let part = mail.part(path).unwrap();
        assert!(!part.decodable, "{path}");
        let problem = part.problem.clone().expect("said of the part");
        assert!(wording::problem::part(&problem).contains(words), "{part:?}");
        assert!(mail.problems.contains(&Problem::Part { path: path.into(), problem }));
    }
    // A file for another program is there as an attachment.
    let thing = mail.part("4").unwrap();
    assert_eq!((thing.role, thing.filename.as_deref()), (PartRole::Attachment, Some("a.thing")));
    assert!(!thing.decodable && thing.required);
}

#[test]
fn a_disposition_governs_what_is_in_it() {
    let inner = |disposition: &str, inside: &str| {
        let raw = format!(
            "From: a@example.com\nContent-Type: multipart/mixed; boundary=X\n\n--X\n\
             Content-Type: text/plain\n\nOuter\n--X\nContent-Type: multipart/mixed; boundary=Y\n\
             {disposition}\n\n--Y\nContent-Type: text/plain\n{inside}\n\nInner\n--Y\n\
             Content-Type: text/html\n\n<p>Inner\n--Y--\n--X--\n"
        );
        let mail = read(raw.as_bytes());
        let parts: Vec<_> = mail.parts.iter().map(|p| (p.role, p.required)).collect();
        (mail.text.unwrap_or_default(), parts[1], parts[2])
    };
    let (text, plain, html) = inner("X-Nothing: 1", "X-Nothing: 1");
    assert!(text.contains("Inner"), "{text}");
    assert_eq!((plain, html), ((PartRole::Text, true), (PartRole::Html, true)));
    // The whole is attached: what its parts say does not count before it is opened.
    let (text, plain, html) =
        inner("Content-Disposition: attachment", "Content-Disposition: inline");
    assert_eq!(text, "Outer");
    assert_eq!((plain.0, html.0), (PartRole::Attachment, PartRole::Attachment));
    // What is optional as a whole is optional in its parts; what is required leaves it to them.
    let optional = "Content-Disposition: inline; handling=OPTIONAL";
    let required = "Content-Disposition: inline; handling=REQUIRED";
    assert!(!inner(optional, required).1.1 && !inner(optional, required).2.1);
    assert!(!inner(required, optional).1.1 && inner(required, optional).2.1);
    // The disposition of the message itself says nothing.
    let raw =
        b"Content-Disposition: attachment\nContent-Type: multipart/mixed; boundary=X\n\n--X\n\
        Content-Type: text/plain\n\nHello\n--X--\n";
    assert_eq!(read(raw).text.as_deref(), Some("Hello"));
}
