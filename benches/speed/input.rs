//! What is measured on: the demo's speech, messages around it, and mails by a generator.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use aloud::codec::g726::{self, Packing, Rate};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A folder of input, and the speech in it: 60 s at 8 000 Hz.
pub struct Input {
    folder: PathBuf,
    pub speech: Vec<i16>,
}

const SAMPLES: usize = 60 * 8000;

/// A file of the demo mailbox.
pub fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo").join(name)
}

pub fn octets(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

impl Input {
    pub fn make(folder: &Path) -> Self {
        let mut speech = Vec::new();
        for name in ["amara", "outside", "graham", "sigrid"] {
            let coded = fs::read(asset(&format!("{name}.g726"))).expect("the demo's speech");
            speech.extend(g726::decode(&coded, Rate::Kbit32, Packing::LsbFirst));
        }
        speech.truncate(SAMPLES);
        Self { folder: folder.into(), speech }
    }

    /// Writes a file and tells where.
    pub fn file(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, octets).expect("a file of input");
        path
    }

    /// A VPIM message with so many octets of G.726.
    pub fn voice_mail(&self, octets: usize) -> Vec<u8> {
        let mut coded = g726::encode(&self.speech, Rate::Kbit32, Packing::LsbFirst);
        coded = coded.into_iter().cycle().take(octets).collect();
        let mut message = String::from(
            "From: Ada Byron <+15555550100@example.com>\r\nTo: robin@example.com\r\n\
             Subject: Voice message\r\nDate: Tue, 04 Mar 2025 09:10:00 +0000\r\n\
             Message-ID: <1@example.com>\r\nMIME-Version: 1.0 (Voice 2.0)\r\n\
             Content-Type: multipart/voice-message; version=2.0; boundary=b\r\n\r\n--b\r\n\
             Content-Type: audio/32KADPCM\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: inline; voice=Voice-Message\r\n\r\n",
        );
        lines(&STANDARD.encode(coded), &mut message);
        message.push_str("--b--\r\n");
        message.into_bytes()
    }

    /// The demo's longest recording as a message.
    pub fn largest_demo_message(&self) -> PathBuf {
        let size = fs::metadata(asset("amara.g726")).map_or(0, |file| file.len());
        self.file("demo.eml", &self.voice_mail(usize::try_from(size).unwrap_or(0)))
    }

    /// Mails of the kinds that fill a mailbox, and the folder of their files.
    pub fn ordinary_mails(&self, count: usize) -> (PathBuf, Vec<Vec<u8>>) {
        let folder = self.folder.join("mails");
        fs::create_dir_all(&folder).expect("a folder");
        let mails: Vec<Vec<u8>> = (0..count).map(ordinary_mail).collect();
        for (n, raw) in mails.iter().enumerate() {
            fs::write(folder.join(format!("{n:04}.eml")), raw).expect("a mail");
        }
        (folder, mails)
    }
}

fn lines(base64: &str, out: &mut String) {
    for line in base64.as_bytes().chunks(76) {
        out.push_str(str::from_utf8(line).unwrap_or_default());
        out.push_str("\r\n");
    }
}

/// Plain text, HTML with plain text, text in quoted-printable with an encoded subject, and a mail
/// with an attachment, in turn; 1 to 20 KB.
fn ordinary_mail(n: usize) -> Vec<u8> {
    let mut text = String::new();
    for line in 0..10 + n * 7 % 60 {
        let _ = write!(text, "Line {line} of mail {n}, about nothing much but long enough.\r\n");
    }
    let mut mail = String::new();
    for hop in 0..3 {
        let _ = write!(
            mail,
            "Received: from mx{hop}.example.net (mx{hop}.example.net [192.0.2.{}])\r\n\
             \tby mail.example.com with ESMTPS id {n:08x}{hop};\r\n\
             \tTue, 04 Mar 2025 09:{:02}:0{hop} +0000\r\n",
            n % 250,
            n % 60
        );
    }
    let subject =
        if n % 4 == 2 { "=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_Graz?=" } else { "About Thursday" };
    let _ = write!(
        mail,
        "From: Person {n} <p{n}@example.net>\r\nTo: Robin Vale <robin@example.com>\r\n\
         Subject: {subject} {n}\r\nDate: Tue, 04 Mar 2025 09:{:02}:00 +0000\r\n\
         Message-ID: <{n}@example.net>\r\nMIME-Version: 1.0\r\n",
        n % 60
    );
    let plain = "Content-Type: text/plain; charset=utf-8\r\n\r\n";
    match n % 4 {
        0 => mail += &format!("{plain}{text}"),
        1 => {
            let html: String =
                text.lines().map(|line| format!("<p>{line}<br><b>bold</b></p>\r\n")).collect();
            mail += &format!(
                "Content-Type: multipart/alternative; boundary=\"a{n}\"\r\n\r\n--a{n}\r\n{plain}\
                 {text}\r\n--a{n}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
                 <html><body>{html}</body></html>\r\n--a{n}--\r\n"
            );
        }
        2 => {
            let text = text.replace("long", "l=C3=A4nger=\r\n");
            mail += "Content-Type: text/plain; charset=utf-8\r\n\
                     Content-Transfer-Encoding: quoted-printable\r\n\r\n";
            mail += &text;
        }
        _ => {
            mail += &format!(
                "Content-Type: multipart/mixed; boundary=\"m{n}\"\r\n\r\n--m{n}\r\n{plain}{text}\r\n\
                 --m{n}\r\nContent-Type: application/pdf; name=\"plan {n}.pdf\"\r\n\
                 Content-Transfer-Encoding: base64\r\n\
                 Content-Disposition: attachment; filename=\"plan {n}.pdf\"\r\n\r\n"
            );
            lines(&STANDARD.encode(vec![n as u8; 9000]), &mut mail);
            mail += &format!("--m{n}--\r\n");
        }
    }
    mail.into_bytes()
}

/// As a mail server writes it (RFC 3464).
pub const DSN: &str = "From: MAILER-DAEMON@mail.example.com
To: robin@example.com
Subject: Undelivered mail returned to sender
Date: Tue, 04 Mar 2025 09:12:00 +0000
Message-ID: <dsn1@mail.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=r

--r
Content-Type: text/plain

The message could not be delivered to one of its recipients.

--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com
Arrival-Date: Tue, 04 Mar 2025 09:10:00 +0000
Original-Envelope-Id: 4711

Final-Recipient: rfc822; gwen@example.net
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox is full

--r
Content-Type: text/rfc822-headers

From: robin@example.com
To: gwen@example.net
Subject: About Thursday
Message-ID: <m1@example.com>

--r--
";

/// As another voice mail system writes it (RFC 8098).
pub const MDN: &str = "From: gwen@example.net
To: robin@example.com
Subject: Read: About Thursday
Date: Tue, 04 Mar 2025 10:12:00 +0000
Message-ID: <mdn1@example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary=r

--r
Content-Type: text/plain

The message was played. This does not mean that it was understood.

--r
Content-Type: message/disposition-notification

Reporting-UA: vm.example.net; Voice Mail 2
Original-Recipient: rfc822; gwen@example.net
Final-Recipient: rfc822; gwen@example.net
Original-Message-ID: <m1@example.com>
Disposition: manual-action/MDN-sent-manually; displayed

--r--
";
