//! The demo's mails of other systems, written out as those systems write them.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    Entry,
    letters::{dial_in_seed, received},
    people, recording, speech,
    time::Morning,
};
use aloud_codec::wav;

pub(super) fn all(clock: &Morning) -> Vec<Entry> {
    vec![failure(clock), unknown_caller(clock)]
}

/// Base64 in lines of 76.
fn base64(octets: &[u8]) -> String {
    let text = STANDARD.encode(octets);
    let mut out = String::with_capacity(text.len() + text.len() / 38);
    for (at, letter) in text.char_indices() {
        if at > 0 && at % 76 == 0 {
            out.push_str("\r\n");
        }
        out.push(letter);
    }
    out
}

/// A spoken failure report of a VPIM gateway (RFC 3464, RFC 3801 section 4.4.2): the readable part
/// is a recording.
fn failure(clock: &Morning) -> Entry {
    let date = clock.day(1, 16, 48);
    let about = dial_in_seed(clock);
    let (when, id, sent) = (date.to_rfc5322(), about.message_id(), about.date.to_rfc5322());
    let (to, from) = (people::GWEN.voice, people::HELEN.mail);
    let number = date.unix;
    let audio = base64(recording("report"));
    let text = format!(
        "From: Mail Delivery System <postmaster@gw2.vm.bridgewater.example>\r\n\
         To: {from}\r\n\
         Date: {when}\r\n\
         Message-ID: <report.{number}@gw2.vm.bridgewater.example>\r\n\
         Subject: Delivery report: Board dial-in change\r\n\
         Auto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0 (Voice 2.0)\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\
         \tboundary=\"report-{number}\"\r\n\
         \r\n\
         --report-{number}\r\n\
         Content-Type: audio/32KADPCM\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: inline; voice=Voice-Message-Notification; filename=report.726\r\n\
         Content-Duration: 6\r\n\
         Content-Language: en-GB\r\n\
         \r\n\
         {audio}\r\n\
         --report-{number}\r\n\
         Content-Type: message/delivery-status\r\n\
         \r\n\
         Original-Envelope-Id: {id}\r\n\
         Reporting-MTA: dns; gw2.vm.bridgewater.example\r\n\
         Arrival-Date: {sent}\r\n\
         \r\n\
         Original-Recipient: rfc822;{to}\r\n\
         Final-Recipient: rfc822;{to}\r\n\
         Action: failed\r\n\
         Status: 4.2.2 (Mailbox full)\r\n\
         Diagnostic-Code: smtp; 452 4.2.2 Requested mailbox storage exceeded\r\n\
         Last-Attempt-Date: {when}\r\n\
         \r\n\
         --report-{number}\r\n\
         Content-Type: text/rfc822-headers\r\n\
         \r\n\
         From: {name} <{from}>\r\n\
         To: {gwen} <{to}>, {priya} <{priya_addr}>,\r\n\
         \t{jonas} <{jonas_addr}>\r\n\
         Date: {sent}\r\n\
         Message-ID: <{id}>\r\n\
         MIME-Version: 1.0 (Voice 2.0)\r\n\
         Subject: Board dial-in change\r\n\
         \r\n\
         --report-{number}--\r\n",
        name = people::HELEN.name,
        gwen = people::GWEN.name,
        priya = people::PRIYA.name,
        priya_addr = people::PRIYA.voice,
        jonas = people::JONAS.name,
        jonas_addr = people::JONAS.voice,
    );
    let octets = received(text.as_bytes(), "", date);
    Entry { mailbox: "INBOX", seen: true, date, octets }
}

/// What a small telephone system mails when somebody with a withheld number speaks.
fn unknown_caller(clock: &Morning) -> Entry {
    let date = clock.day(4, 7, 48);
    let pbx = "pbx@depot.calderfinch.example";
    let pcm = speech("unknown");
    let length = pcm.duration().as_secs();
    let spoken_at = date.local().strftime("%A, %-d %B %Y at %H:%M:%S").to_string();
    let text = format!(
        "Date: {when}\r\n\
         From: \"Depot PBX\" <{pbx}>\r\n\
         To: \"Helen Marsh\" <{to}>\r\n\
         Subject: [PBX]: New message 1 in mailbox 4402\r\n\
         Message-ID: <Asterisk-1-{number}-4402-2711@depot.calderfinch.example>\r\n\
         X-Asterisk-VM-Message-Num: 1\r\n\
         X-Asterisk-VM-Server-Name: Depot PBX\r\n\
         X-Asterisk-VM-Context: default\r\n\
         X-Asterisk-VM-Extension: 4402\r\n\
         X-Asterisk-VM-Caller-ID-Num: Unknown\r\n\
         X-Asterisk-VM-Caller-ID-Name: Unknown\r\n\
         X-Asterisk-VM-Duration: {length}\r\n\
         X-Asterisk-VM-Message-Type: Message\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"----voicemail_1402{number}\"\r\n\
         \r\n\
         This is a multi-part message in MIME format.\r\n\
         \r\n\
         ------voicemail_1402{number}\r\n\
         Content-Type: text/plain; charset=UTF-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\
         \r\n\
         Dear Helen Marsh:\r\n\
         \r\n\
         \tJust wanted to let you know you were just left a 0:{length:02} long message (number 1)\r\n\
         in mailbox 4402 from an unknown caller, on {spoken_at} so you might\r\n\
         want to check it when you get a chance.  Thanks!\r\n\
         \r\n\
         \t\t\t\t--Asterisk\r\n\
         \r\n\
         ------voicemail_1402{number}\r\n\
         Content-Type: audio/x-wav; name=\"msg0001.wav\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Description: Voicemail sound attachment.\r\n\
         Content-Disposition: attachment; filename=\"msg0001.wav\"\r\n\
         \r\n\
         {sound}\r\n\
         \r\n\
         ------voicemail_1402{number}--\r\n\
         .\r\n",
        when = date.to_rfc5322(),
        to = people::HELEN.mail,
        number = date.unix,
        sound = base64(&wav::write(&pcm)),
    );
    let octets = received(text.as_bytes(), pbx, date);
    Entry { mailbox: "INBOX", seen: true, date, octets }
}
