//! The violations: a rule, the message that is spoiled, and how.

use aloud::message::validate::Profile;

/// One violation.
#[derive(Clone, Copy)]
pub struct Case {
    /// The row that must be found violated.
    pub id: &'static str,
    /// What is sound.
    pub base: &'static str,
    /// What the edits are made in; mostly the same.
    pub spoiled: &'static str,
    /// From and to.
    pub edits: &'static [(&'static str, &'static str)],
    /// Rows that say the same of another standard.
    pub also: &'static [&'static str],
    /// Only the sender can know: a warning at any level.
    pub doubt: bool,
    pub profile: Option<Profile>,
}

impl Case {
    const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    const fn doubt(self) -> Self {
        Self { doubt: true, ..self }
    }

    const fn instead_of(self, base: &'static str) -> Self {
        Self { base, ..self }
    }
}

type Edits = &'static [(&'static str, &'static str)];

const fn case(id: &'static str, base: &'static str, edits: Edits) -> Case {
    Case { id, base, spoiled: base, edits, also: &[], doubt: false, profile: None }
}

pub fn all() -> Vec<Case> {
    [FORMAT, ADDRESS, HEADER, PARTS, SOUND, CARD, REPORT].concat()
}

const TO: &str = "To: +16135550177@vm.example.com\r\n";

const FORMAT: &[Case] = &[
    case("MSG-5322-2.1-a", "vpim", &[("Date: ", "X-A: b\nDate: ")]),
    case("MSG-5322-2.1.1-a", "ivm", &[("Please call.", "{long}")]),
    case("MSG-5322-2.1.1-b", "vpim", &[("Subject: ", "Subject: {80}")]),
    case("MSG-5322-2.2-a", "vpim", &[("Subject: ", "no field here\r\nSubject: ")]),
    case("MSG-5322-2.2-b", "text-plain", &[("Subject: ", "Subject: \u{7f}")]),
    case("MSG-5322-3.2.2-a", "text-plain", &[("Subject: ", "X-A: b\r\n \t\r\n c\r\nSubject: ")]),
    case("MSG-5322-3.4-b", "text-plain", &[(TO, "To: bo@example.com,\r\n")]),
    case("MSG-5322-3.3-a", "text-plain", &[("Tue, 04", "Wed, 04")]),
    case("MSG-5322-3.4-a", "text-plain", &[(TO, "To: Bo\r\n")]),
    case("MSG-5322-3.6-a", "text-plain", &[("Subject: ", "Subject: x\r\nSubject: ")]),
    case(
        "MSG-5322-3.6.2-a",
        "text-plain",
        &[("\"Ada Okafor\" <+16135550142@vm.example.net>", "a@x.example, b@x.example")],
    ),
    case(
        "MSG-5322-3.6.2-b",
        "text-plain",
        &[("Date: ", "Sender: a@x.example, b@x.example\r\nDate: ")],
    ),
    case("MSG-5322-3.6.4-c", "text-plain", &[("<b7.1@client.example.net>", "<b7.1>")]),
    case("MSG-5322-3.6.4-a", "text-plain", &[("Message-ID: <b7.1@client.example.net>\r\n", "")]),
    case("MSG-5322-3.6.4-b", "text-plain", &[("Subject: ", "In-Reply-To: x\r\nSubject: ")]),
    case("MIME-2045-4-a", "text-plain", &[("MIME-Version: 1.0", "MIME-Version: 1.1")]),
    case("MIME-2045-5-a", "text-plain", &[("charset=us-ascii", "charset=us ascii")])
        .also(&["MIME-2046-4.1.2-a"]),
    case("MIME-2045-2.7-a", "text-plain", &[("At one?", "Um eins für dich?")]),
    case("MIME-2045-6-a", "text-plain", &[("Encoding: 7bit", "Encoding: 7-bits")]),
    case(
        "MIME-2045-6.4-a",
        "vpim",
        &[(
            "Content-Type: multipart",
            "Content-Transfer-Encoding: base64\r\nContent-Type: multipart",
        )],
    ),
    case("MIME-2045-6.7-a", "text-other-than-ascii", &[("=3D", "=3G")]),
    case("MIME-2045-6.8-a", "vpim", &[("\r\n\r\nf3", "\r\n\r\nf!3")]),
    case(
        "MIME-2045-7-a",
        "vpim",
        &[(
            "filename=\"subject.726\"",
            "filename=\"subject.726\"\r\nContent-ID: <name.v@client.example.net>",
        )],
    ),
    case("MIME-2046-4.1.2-a", "text-plain", &[("charset=us-ascii", "charset=x-klingon")]),
    case("MIME-2046-5.1.1-a", "vpim", &[("--=_v.1_--\r\n", "")]),
    case("MIME-2047-5-a", "text-plain", &[("Subject: ", "Subject: =?utf-8?q?a b?= ")]),
];

const ADDRESS: &[Case] = &[
    case("VPIM-4.1-a", "vpim", &[(TO, "To: 2722@vm\r\n")]),
    case("VPIM-4.1.1-a", "vpim", &[("*+16135550142@vm", "ada.okafor@vm")]),
    case("VPIM-4.1.1-c", "vpim", &[(TO, "To: +1234567890123456@vm.example.com\r\n")]),
    case("VPIM-4.1.1-f", "vpim", &[(TO, "To: jürgen@vm.example.com\r\n")])
        .also(&["MSG-5322-2.2-a", "MSG-5322-3.4-a"]),
    case("VPIM-4.1.2-a", "vpim", &[(TO, "To: Non-Mail-User@vm.example.com\r\n")]),
    case("VPIM-4.1.2-b", "receipt-played", &[("To: +16135550142@", "To: non-mail-user@")]),
    case("VPIM-4.1.3-b", "vpim", &[(TO, "To: VPIM=+14165550123/DL=93@gw.example.com\r\n")]),
    case("ADR-4.2.1-b", "vpim", &[(TO, "To: VPIM=+14165550123/EXT=x@gw.example.com\r\n")]),
    case("ADR-4.2.3-a", "vpim", &[(TO, "To: AMIS=1+401+32781441234567890@gw.example.com\r\n")]),
    case("ADR-4.2.3-b", "vpim", &[(TO, "To: VPIM=+1416555/SYSNUM=1@gw.example.com\r\n")]),
    case("ADR-4.2.4-a", "vpim", &[(TO, "To: FAX=+1416555/T33S=x@gw.example.com\r\n")]),
    case("GSTN-2-a", "vpim", &[(TO, "To: X_Y=1416555/EXT=1@gw.example.com\r\n")]),
    case("GSTN-2.1-a", "vpim", &[(TO, "To: VOICE=+1416*55@gw.example.com\r\n")]),
    case("GSTN-2.1-b", "vpim", &[(TO, "To: VOICE=+1-416-555@gw.example.com\r\n")]).doubt(),
    case("GSTN-4-a", "vpim", &[(TO, "To: /VOICE=+1416555/@gw.example.com\r\n")]).doubt(),
    case("GSTN-4-b", "vpim", &[(TO, "To: \"VOICE=+1416555\"@gw.example.com\r\n")]),
    case(
        "GSTN-2846-3-a",
        "vpim",
        &[(
            TO,
            "To:\r\n FAX=+1416555/OFNA=abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstu@x.example\r\n",
        )],
    ),
    case("CLID-3-a", "vpim", &[("Date: ", "Caller-ID: +1613555, NumberingPlan=e164\r\nDate: ")]),
    case(
        "CLID-4-a",
        "vpim",
        &[(
            "Date: ",
            "Caller-Name: Ada Okafor of Example Voice Works in Ottawa\r\n at the service desk\r\nDate: ",
        )],
    ),
];

const HEADER: &[Case] = &[
    case("VPIM-4.2.1-a", "vpim", &[(" <+16135550142@vm.example.net>", "")])
        .also(&["MSG-5322-3.4-a", "VPIM-4.1-a"]),
    case("VPIM-4.2.1-b", "vpim", &[("\"Ada Okafor\" <", "Ada Okafor <")]),
    case("VPIM-4.2.1-e", "vpim", &[("Date: ", "Sender: 2723@vm.example.net\r\nDate: ")]),
    case("VPIM-4.2.2-a", "vpim", &[(TO, "To: undisclosed-recipients:;\r\n")]),
    case("VPIM-4.2.2-d", "text-plain", &[(TO, "To: a@x.example\r\nTo: b@x.example\r\n")]),
    case("VPIM-4.2.3-a", "vpim", &[("To: +", "Cc: +")]),
    case("VPIM-4.2.3-b", "vpim", &[("Date: ", "Bcc: 2724@vm.example.com\r\nDate: ")]),
    case("VPIM-4.2.4-a", "vpim", &[("-0500", "EST")]).also(&["MSG-5322-3.3-a"]),
    case(
        "VPIM-4.2.6-a",
        "vpim",
        &[("Date: ", "Return-Path: <+16135550142@vm.example.net>\r\nDate: ")],
    ),
    case("VPIM-4.2.7-a", "vpim", &[("<v@client.example.net>", "v@client.example.net")])
        .also(&["MSG-5322-3.6.4-c"]),
    case("VPIM-4.2.8-a", "vpim", &[("Date: ", "Reply-To: +16135550142@vm.example.net\r\nDate: ")]),
    case("VPIM-4.2.8-c", "vpim", &[("Date: ", "Reply-To: 2725@vm.example.net\r\nDate: ")])
        .also(&["VPIM-4.2.8-a"]),
    case("VPIM-4.2.10-a", "vpim", &[("MIME-Version: 1.0", "MIME-Version: 1.1")]),
    case("VPIM-4.2.10-b", "vpim", &[("(Voice 2.0)", "(Voice 1.0)")]),
    case(
        "VPIM-4.2.11-a",
        "vpim",
        &[
            (
                "Content-Type: multipart/",
                "Content-Type: multipart/alternative; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/",
            ),
            ("--=_v.1_--\r\n", "--=_v.1_--\r\n--o--\r\n"),
        ],
    ),
    case("VPIM-4.2.13-b", "vpim", &[("Sensitivity: Private", "Sensitivity: private")]),
    case("VPIM-4.2.13-c", "vpim", &[("Sensitivity: Private", "Sensitivity: Personal")]),
    case("VPIM-4.2.13-d", "forward", &[(INNER, "Sensitivity: Private\r\nMessage-ID: <o@")]),
    case("VPIM-4.2.13-e", "forward", &[(INNER, "Sensitivity: Personal\r\nMessage-ID: <o@")]),
    case("VPIM-4.2.13-g", "forward", &[(INNER, "Sensitivity: Secret\r\nMessage-ID: <o@")]),
    case(
        "VPIM-4.2.13-i",
        "forward",
        &[
            (INNER, "Sensitivity: Private\r\nMessage-ID: <o@"),
            ("Date: ", "In-Reply-To: <o@client.example.net>\r\nDate: "),
        ],
    ),
    case("VPIM-4.2.13-k", "receipt-played", &[("Date: ", "Sensitivity: Private\r\nDate: ")]),
    case("VPIM-4.2.13-l", "forward twice", &[(INNER, "Sensitivity: Private\r\nMessage-ID: <o@")]),
    case("VPIM-4.2.14-a", "vpim", &[("Importance: high", "Importance: urgent")]),
    case("VPIM-4.2.15-a", "vpim", &[("Subject: Voice Message\r\n", "")]),
    case("CTX-6.1-a", "vpim", &[("Date: ", "Message-Context: voice-message\r\nDate: ")]),
    case("CTX-6.2-a", "vpim", &[("Context: voice-message", "Context: x-voice")]),
    case("CTX-4-a", "forward", &[("Context: voice-message", "Context: fax-message")]),
    case(
        "MDN-2.1-a",
        "vpim",
        &[("Date: ", "Disposition-Notification-To: 2726@vm.example.net\r\nDate: ")],
    ),
    case(
        "MDN-2.1-j",
        "ivm",
        &[(
            "Message-ID: <i@client.example.net>",
            "Disposition-Notification-To: 2726@vm.example.net",
        )],
    )
    .also(&["MSG-5322-3.6.4-a"]),
    case(
        "MDN-2.2-a",
        "vpim",
        &[("Date: ", "Disposition-Notification-Options: x=maybe,1\r\nDate: ")],
    ),
];

const INNER: &str = "Message-ID: <o@";
const NAME: &str = "Content-Disposition: inline; voice=Originator-Spoken-Name";
const SUBJECT: &str = "Content-Type: audio/32KADPCM\r\nContent-Transfer-Encoding: base64\r\n\
    Content-Disposition: inline; voice=Spoken-Subject";
const VOICE: &str = "Content-Type: audio/32KADPCM\r\nContent-Transfer-Encoding: base64\r\n\
    Content-Description: Voice message";
const IVM_VOICE: &str = "Content-Type: audio/basic\r\nContent-Transfer-Encoding: base64\r\n\
    Content-Disposition: inline; voice=Voice-Message";
const MIXED: &str = "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\
    Content-Type: multipart/voice-message";

const PARTS: &[Case] = &[
    case("VPIM-4.3-a", "vpim", &[("Encoding: base64", "Encoding: x-base64")]),
    case("VPIM-4.3-b", "vpim", &[("Encoding: base64", "Encoding: 7bit")]),
    case(
        "VPIM-4.3-d",
        "vpim",
        &[("text/directory; charset=us-ascii; profile=vCard", "application/pdf")],
    ),
    Case {
        profile: Some(Profile::Vpim),
        ..case("VPIM-4.3.1-a", "vpim", &[("multipart/voice-message", "multipart/mixed")])
            .also(&["VPIM-4.2.11-a"])
    },
    case("VPIM-4.3.1-b", "vpim", &[("version=2.0", "version=3.0")]),
    case("VPIM-4.3.4-e", "vpim", &[("voice=Spoken-Subject", "voice=Originator-Spoken-Name")]),
    case("VPIM-4.3.4.2-a", "vpim", &[("inline; voice=Orig", "attachment; voice=Orig")]),
    case(
        "VPIM-4.3.4.2-c",
        "vpim",
        &[
            ("voice=Spoken-Subject", "voice=Recipient-Spoken-Name"),
            (TO, "To: +16135550177@vm.example.com, 2722@vm.example.com\r\n"),
        ],
    ),
    case("VPIM-4.3.4.4-a", "vpim", &[("en-CA", "en_CA")]),
    case(
        "VPIM-4.3.6-a",
        "vpim",
        &[(
            SUBJECT,
            "Content-Type: audio/basic\r\nContent-Transfer-Encoding: base64\r\n\
            Content-Disposition: inline; voice=Spoken-Subject",
        )],
    ),
    case(
        "VPIM-4.4-a",
        "vpim",
        &[
            ("Content-Type: multipart/voice-message", MIXED),
            (
                "--=_v.1_--\r\n",
                "--=_v.1_--\r\n--o\r\nContent-Type: application/pdf\r\n\r\nx\r\n--o--\r\n",
            ),
        ],
    )
    .also(&["VPIM-4.2.11-a"]),
    case(
        "VPIM-4.4.1-a",
        "vpim",
        &[
            ("Content-Type: multipart/voice-message", MIXED),
            ("--=_v.1_--\r\n", "--=_v.1_--\r\n--o--\r\n"),
        ],
    )
    .also(&["VPIM-4.2.11-a"]),
    case(
        "VPIM-4.4.2-a",
        "vpim",
        &[("text/directory; charset=us-ascii; profile=vCard", "text/plain")],
    ),
    case("VPIM-4.4.3-a", "text-plain", &[("text/plain", "message/disposition-notification")]),
    case(
        "VPIM-4.5-a",
        "vpim",
        &[
            ("Content-Type: multipart/voice-message", MIXED),
            (
                "--=_v.1_--\r\n",
                "--=_v.1_--\r\n--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\
                 MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nx\r\n--o--\r\n",
            ),
        ],
    )
    .also(&["VPIM-4.2.11-a"]),
    case(
        "VPIM-4.5-c",
        "forward",
        &[(
            "Message-ID: <o@client.example.net>\r\nMIME-Version: 1.0 (Voice 2.0)\r\n",
            "Message-ID: <o@client.example.net>\r\n",
        )],
    ),
    case("IVM-3-a", "ivm", &[("MIME-Version: 1.0\r\n", "")]).also(&["MIME-2045-4-a"]),
    case("IVM-3-b", "ivm", &[("Context: voice-message", "Context: text-message")]),
    case("IVM-3-f", "ivm", &[("multipart/mixed", "multipart/related")]),
    case("IVM-3-h", "ivm", &[("Message; handling=REQUIRED", "Message")]),
    case("IVM-3-i", "ivm", &[("; handling=OPTIONAL", "")]),
    case("IVM-7-a", "text-plain", &[("Subject: ", "Message-Context: voice-message\r\nSubject: ")])
        .also(&["IVM-3-f"]),
    case("IVM-7-b", "ivm", &[("\"message.au\"", "\"message.raw\"")]),
    case(
        "IVM-7-e",
        "ivm",
        &[(
            IVM_VOICE,
            "Content-Type: audio/pcma\r\nContent-Transfer-Encoding: base64\r\n\
            Content-Disposition: inline; voice=Voice-Message",
        )],
    )
    .doubt(),
    case("IVM-7-i", "ivm", &[(NAME, "Content-Disposition: inline; x=1")]),
    case("IVM-7-j", "ivm", &[("Content-Duration: 1\r\n", "")]),
    case(
        "IVM-7-k",
        "ivm",
        &[
            ("voice=Originator", "voice=Recipient"),
            (TO, "To: +16135550177@vm.example.com, 2722@vm.example.com\r\n"),
        ],
    ),
    case("IVM-8-a", "ivm-fax-alone", &[("image/tiff; application=faxbw", "application/pdf")]),
    case("CRIT-3-a", "vpim", &[("handling=REQUIRED", "handling=PERHAPS")]),
    case("DISP-2.3-a", "vpim", &[("\"name.726\"", "\"a/name.726\"")]),
    case("DISP-2.8-a", "text-plain", &[("Subject: ", "Content-Disposition: shown\r\nSubject: ")]),
];

const SOUND: &[Case] = &[
    case(
        "VPIM-4.3.4-a",
        "vpim",
        &[(
            VOICE,
            "Content-Type: audio/basic\r\nContent-Transfer-Encoding: base64\r\n\
            Content-Description: Voice message",
        )],
    )
    .also(&["VPIM-4.3.6-a", "DUR-2.2-b"]),
    case("VPIM-4.3.4-d", "long name", &[]).instead_of("short name"),
    case("VPIM-4.3.5-a", "fax", &[("; application=faxbw", "")]),
    case(
        "VPIM-4.3.6-b",
        "friendly-new",
        &[
            ("audio/wav", "audio/G729"),
            ("message.wav", "message.g729"),
            ("\r\n\r\nUklGR", "\r\n\r\nAAAAA"),
        ],
    ),
    case("ADPCM-3.1-a", "friendly-new", &[("audio/wav", "audio/32KADPCM")]),
    case("ADPCM-4-a", "swapped", &[]).instead_of("short name"),
    case("ADPCM-4-c", "vpim", &[("32KADPCM\r\n", "32KADPCM; rate=8000\r\n")]),
    case("BASIC-4.3-a", "friendly-new", &[("audio/wav", "audio/basic")]).also(&["IVM-7-b"]),
    case("DUR-2.1-a", "vpim", &[("Duration: 1\r\n", "Duration: 1s\r\n")]),
    case("DUR-2.2-b", "vpim", &[("Duration: 1\r\n", "Duration: 9\r\n")]),
    case("FAX-2306-a", "ivm-with-fax", &[("\r\n\r\nSUkq", "\r\n\r\nSUkr")]),
    case("FAX-2302-a", "ivm-with-fax", &[("application=faxbw", "application=faxgray")]),
];

const CARD: &[Case] = &[
    case("VPIM-4.3.3-a", "vpim", &[]).instead_of("short name"),
    case("VPIM-4.3.3-b", "vpim", &[("; profile=vCard", "")]),
    case("VPIM-4.3.3-c", "vpim", &[("TEL;TYPE=voice,work,pref:+1-613-555-0142\r\n", "")]),
    case("VPIM-4.3.3-d", "vpim", &[("ROLE:Service desk\r\n", "")]),
    case("VPIM-4.3.3-e", "vpim", &[("N:Okafor;Ada", "N:Berg;Ada")]),
    case(
        "VPIM-4.3.3-f",
        "vpim",
        &[
            (
                "filename=\"subject.726\"",
                "filename=\"subject.726\"\r\nContent-ID: <subject@x.example>",
            ),
            ("CID:name.v@client.example.net", "CID:subject@x.example"),
        ],
    ),
    case(
        "VPIM-4.3.3-g",
        "vpim",
        &[(
            "--=_v.1_--",
            "--=_v.1_\r\nContent-Type: text/directory; charset=us-ascii; profile=vCard\r\n\r\n\
             BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Okafor\r\nN:Okafor;Ada;;;\r\nROLE:x\r\n\
             TEL;TYPE=voice:+1-613-555-0142\r\nEMAIL;TYPE=vpim:+16135550142@vm.example.net\r\n\
             SOUND;TYPE=32KADPCM;VALUE=uri:CID:name.v@client.example.net\r\n\
             REV:2025-03-04T14:10:00Z\r\nEND:VCARD\r\n\r\n--=_v.1_--",
        )],
    ),
    case("VPIM-4.3.3-i", "vpim", &[(",vpim,pref:", ",pref:")]),
    case("VPIM-6-e", "vpim", &[("pref:+16135550142@", "pref:+16135550199@")]),
    case("VCARD-2425-5.8.1-a", "vpim", &[("VERSION:3.0\r\n", "VERSION:3.0\n")])
        .also(&["MSG-5322-2.1-a"]),
    case("VCARD-2426-a", "vpim", &[("FN:Ada Okafor\r\n", "")]),
    case("VCARD-2426-b", "vpim", &[("TEL;TYPE=voice,work", "TEL;VOICE;TYPE=work")]),
    case("VCARD-2426-c", "vpim", &[("VALUE=uri:CID", "ENCODING=URI:CID")]),
    case("VCARD-2392-a", "ivm", &[("CID:name.", "CID:gone.")]),
];

const READABLE: &str = "Content-Type: text/plain; charset=us-ascii";
const DISPOSITION: &str = "Disposition: manual-action/MDN-sent-manually; displayed\r\n";

const REPORT: &[Case] = &[
    case("DSN-6522-3-a", "receipt-played", &[("; report-type=disposition-notification", "")])
        .also(&["MDN-3-a"]),
    case("VPIM-4.4.3-e", "receipt-played", &[(READABLE, "Content-Type: text/rfc822-headers")]),
    case(
        "VPIM-4.7-a",
        "receipt-played",
        &[
            (
                "Content-Type: multipart/",
                "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/",
            ),
            ("--=_mdn.1.1_--\r\n", "--=_mdn.1.1_--\r\n--o--\r\n"),
        ],
    ),
    case("VPIM-4.7-c", "receipt-failed", &[("Error: 5.6.1 audio/x-foo cannot be played\r\n", "")]),
    case(
        "MDN-2.1-b",
        "receipt-played",
        &[("Date: ", "Disposition-Notification-To: robin@example.com\r\nDate: ")],
    ),
    case("MDN-2.3-a", "receipt-played", &[("Original-Recipient: rfc822;", "Original-Recipient: ")]),
    case(
        "MDN-3-a",
        "receipt-played",
        &[("Content-Type: message/disposition-notification", "Content-Type: text/x-note")],
    ),
    case(
        "MDN-3-b",
        "receipt-played",
        &[("Content-Type: text/rfc822-headers", "Content-Type: text/html")],
    ),
    case("MDN-3-d", "receipt-played", &[("To: +16135550142@vm.example.net\r\n", "")]),
    case(
        "MDN-3-e",
        "receipt-played",
        &[("<mdn.1@client.example.net>", "<7f3a.1@client.example.net>")],
    ),
    case(
        "MDN-3.1-a",
        "receipt-played",
        &[(
            "message/disposition-notification\r\nContent-Transfer-Encoding: 7bit",
            "message/disposition-notification\r\nContent-Transfer-Encoding: 8bit",
        )],
    ),
    case("MDN-3.2.1-a", "receipt-played", &[("Aloud 1.0", "pc7.example.com; Aloud 1.0")]),
    case(
        "MDN-3.2.2-a",
        "receipt-played",
        &[("Final-Rec", "MDN-Gateway: dns;gw.example.com\r\nFinal-Rec")],
    )
    .doubt(),
    case("MDN-3.2.4-a", "receipt-played", &[("Final-Recipient: rfc822;", "Final-Recipient: ")]),
    case(
        "MDN-3.2.5-a",
        "receipt-played",
        &[("Original-Message-ID: <7f3a.1@client.example.net>\r\n", "")],
    ),
    case("MDN-3.2.6-a", "receipt-played", &[("manual-action/", "by-hand/")]),
    case("MDN-3.2.6-b", "receipt-played", &[("; displayed", "; denied")]),
    case(
        "MDN-3.2.7-a",
        "receipt-played",
        &[(
            DISPOSITION,
            "Error: 5.6.1 x\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n",
        )],
    ),
    case("CRIT-8-a", "receipt-failed", &[("Error: 5.6.1 ", "Error: ")]),
    case(
        "DSN-gen-b",
        "receipt-played",
        &[(
            "text/rfc822-headers\r\nContent-Transfer-Encoding: 7bit\r\n\r\n",
            "text/rfc822-headers\r\nContent-Transfer-Encoding: 7bit\r\n\r\nReturn-Path: <>\r\n",
        )],
    ),
    case(
        "IVM-3-k",
        "dsn",
        &[
            (
                "Content-Type: multipart/",
                "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/",
            ),
            ("--d--\r\n", "--d--\r\n--o--\r\n"),
        ],
    ),
    case("DSN-3464-2-a", "dsn", &[("message/delivery-status", "text/x-status")]),
    case("DSN-3464-2.1-a", "dsn", &[("Reporting-MTA: dns; mx.example.com\r\n", "")]),
    case("DSN-3464-2.1.2-a", "dsn", &[("dns; mx.example.com", "mx.example.com")]),
    case("DSN-3464-2.1.2-b", "dsn", &[("Status: ", "Last-Attempt-Date: 2025\r\nStatus: ")]),
    case("DSN-3464-2.3-d", "dsn", &[("Action: failed", "Action: delivered")]),
    case("DSN-3464-2.3-a", "dsn", &[("Action: failed", "Action: lost")]),
    case("DSN-3463-2-a", "dsn", &[("Status: 5.1.1", "Status: 5.1")]),
    case("DSN-3461-4.4-a", "dsn", &[("env.1", "{80}{80}")]),
];
