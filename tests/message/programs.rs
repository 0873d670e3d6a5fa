//! Each form in which a recording is sent, opened by programs that others wrote: Python's `email`
//! with its `wave`, ffmpeg and sox. A program that is not there is said and left out.

use std::{
    path::Path,
    process::{Command, Output},
};

use aloud::{
    message::compose::{self, Letter, VoiceParts},
    model::voice::VoiceFormat,
};

use super::compose::{letter, seed, tone};

const FORMS: [VoiceFormat; 3] = [VoiceFormat::Vpim, VoiceFormat::Ivm, VoiceFormat::Friendly];
/// Samples of the recording, at 8 000 Hz.
const SAMPLES: usize = 16_000;

/// Takes the recording out of a message into the folder; prints its media type, its file name and
/// what `wave` says of it.
const TAKE_OUT: &str = r#"
import sys, io, os, email, email.policy, wave
message = email.message_from_file(open(sys.argv[1], newline=""), policy=email.policy.default)
part = [p for p in message.walk() if p.get_content_maintype() == "audio"][0]
octets = part.get_payload(decode=True)
open(os.path.join(sys.argv[2], part.get_filename()), "wb").write(octets)
said = "headerless"
if octets[:4] == b"RIFF":
    sound = wave.open(io.BytesIO(octets))
    said = "%d %d %d" % (sound.getnframes(), sound.getframerate(), sound.getnchannels())
text = [p for p in message.walk() if p.get_content_type() == "text/plain"]
cover = text[0].get_content().strip().replace("\n", " ") if text else ""
print("|".join([part.get_content_type(), part.get_filename(), said, cover]))
"#;

/// What a program puts out; `None`, with the reason printed, where it is not there.
fn run(program: &str, arguments: &[&str], folder: &Path) -> Option<Output> {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(output) => Some(output),
        Err(error) => {
            println!("skipped: {program} cannot be started: {error}");
            None
        }
    }
}

/// The recording of a message of this form, taken out by Python into the folder.
fn taken_out(format: VoiceFormat, folder: &Path) -> Option<Vec<String>> {
    let voice = tone(SAMPLES, 8_000);
    let letter = Letter {
        format: Some(format),
        parts: VoiceParts { voice: Some(&voice), ..VoiceParts::default() },
        cover: "Voice message from Ada Okafor, 0:02.\r\nThe recording is attached.\r\n",
        ..letter()
    };
    std::fs::write(folder.join("m.eml"), compose::build(&letter, &seed("p1")).unwrap()).unwrap();
    let output = run("python3", &["-c", TAKE_OUT, "m.eml", "."], folder)?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let line = String::from_utf8(output.stdout).unwrap();
    Some(line.trim_end().split('|').map(str::to_owned).collect())
}

#[test]
fn pythons_email_and_wave_open_each_form() {
    for format in FORMS {
        let folder = tempfile::tempdir().unwrap();
        let Some(said) = taken_out(format, folder.path()) else { return };
        let expected = match format {
            VoiceFormat::Vpim => ["audio/32kadpcm", "message.726", "headerless"],
            VoiceFormat::Ivm => ["audio/basic", "message.au", "headerless"],
            VoiceFormat::Friendly => ["audio/wav", "message.wav", "16000 8000 1"],
        };
        assert_eq!(said[..3], expected, "{format:?}");
        assert_eq!(said[3].contains("Ada Okafor"), format != VoiceFormat::Vpim, "{said:?}");
    }
}

#[test]
fn ffmpeg_and_sox_open_each_form() {
    for format in FORMS {
        let folder = tempfile::tempdir().unwrap();
        let Some(said) = taken_out(format, folder.path()) else { return };
        let file = said[1].as_str();
        // WAV says what it is; octets without a header are opened with what the media type says.
        let (ffmpeg, sox): (&[&str], Option<&[&str]>) = match format {
            VoiceFormat::Friendly => (&[], Some(&[])),
            VoiceFormat::Ivm => (
                &["-f", "mulaw", "-ar", "8000"],
                Some(&["-t", "raw", "-e", "mu-law", "-b", "8", "-c", "1", "-r", "8000"]),
            ),
            VoiceFormat::Vpim => (&["-f", "g726le", "-code_size", "4", "-ar", "8000"], None),
        };
        let ffmpeg =
            [&["-v", "error"], ffmpeg, &["-i", file, "-f", "s16le", "-ac", "1", "-"]].concat();
        let sox = sox.map(|options| {
            [options, &[file, "-t", "raw", "-e", "signed-integer", "-b", "16", "-"]].concat()
        });
        for (program, arguments) in [("ffmpeg", Some(ffmpeg)), ("sox", sox)] {
            let Some(arguments) = arguments else { continue };
            let Some(output) = run(program, &arguments, folder.path()) else { continue };
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{program} {format:?}: {errors}");
            assert_eq!(output.stdout.len(), 2 * SAMPLES, "{program} {format:?}: {errors}");
        }
    }
}
