//! Decodes a recording while it is being downloaded: octets in pieces of any size in, samples out
//! as soon as they are certain.
//!
//! All samples together are exactly those of [`super::decode()`] over the whole recording.
//! Therefore decisions wait until later octets cannot change them:
//!
//! * the format until [`sniff::settled`] knows it: for a format without signature 33 octets, unless
//!   they look like the frames of MP3, AAC or GSM;
//! * the container until its header is complete up to the audio data;
//! * the order of G.726 code words until the beginning decides it (at most 24 000 octets, 6 s at 32
//!   kbit/s); it never changes after that. Where the beginning says nothing, the whole decides;
//! * the last block of GSM in WAV until the end, since `fact` may cut it.
//!
//! G.726 (all rates), G.711, linear samples and GSM come in pieces, raw or in WAV and `.au`; every
//! other form, and what is still undecided after [`HELD`] octets, is decoded as a whole by the
//! caller ([`StreamState::Whole`]). Limits are those of `decode`; an octet is looked at once, but for
//! the beginning that is held. Tests: below, and `tests/codec/stream.rs`.

#[cfg(feature = "gsm")]
use super::gsm;
use super::{
    Error, Hint, Limits, Pcm, au, decode,
    decode::{decode_packed, wave_g726},
    g711::Law,
    g722,
    g726::{self, Early, Packing, Rate},
    pcm::{self, SampleReader},
    sniff::{self, Form},
    wav,
};

/// Maximum number of octets that are buffered while the format is undecided.
pub const HELD: usize = 256 * 1024;

/// Whether and how a stream decodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamState {
    /// Undecided: more octets are needed.
    Open,
    /// Decoding piece by piece, at this sampling rate in hertz.
    Running(u32),
    /// This recording can only be decoded as a whole, with [`super::decode()`].
    Whole,
}

/// How a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All samples have been returned, at this sampling rate in hertz.
    Decoded(u32),
    /// No samples were returned: see [`StreamState::Whole`].
    Whole,
}

/// A streaming decoder for one recording.
pub struct Stream {
    media_type: String,
    filename: Option<String>,
    limits: Limits,
    swapped: bool,
    state: State,
}

enum State {
    /// Undecided: the octets so far, and the size at which to examine them again.
    Held(Vec<u8>, usize),
    Running(Box<Running>),
    Whole,
}

struct Running {
    decoder: Decoder,
    rate: u32,
    /// Octets of audio data that are still expected, where the container states a size.
    left: Option<usize>,
    /// Samples decoded so far, and the limit.
    made: usize,
    most: usize,
    /// Length in samples by `fact`, and the samples of a block (see [`wav::Wav`]).
    cut: Option<(usize, usize)>,
    /// Samples beyond that length, held back until it is known whether it is right.
    beyond: Vec<i16>,
}

enum Decoder {
    G726(g726::Decoder),
    G722(Box<g722::Decoder>),
    #[cfg(feature = "gsm")]
    Gsm(gsm::Decoder),
    Frames {
        width: usize,
        channels: usize,
        sample: SampleReader,
        rest: Vec<u8>,
    },
}

impl Stream {
    /// Creates a decoder. `hint` is what the sender declared; `swapped` reverses the detected order
    /// of G.726 code words.
    #[must_use]
    pub fn new(hint: Hint<'_>, limits: Limits, swapped: bool) -> Self {
        Self {
            media_type: hint.media_type.to_owned(),
            filename: hint.filename.map(str::to_owned),
            limits,
            swapped,
            state: State::Held(Vec::new(), 0),
        }
    }

    /// The current state.
    #[must_use]
    pub fn state(&self) -> StreamState {
        match &self.state {
            State::Held(..) => StreamState::Open,
            State::Running(running) => StreamState::Running(running.rate),
            State::Whole => StreamState::Whole,
        }
    }

    /// Decodes the next octets and appends their samples to `out`.
    ///
    /// # Errors
    /// [`Error::Limit`] once the recording is too long; nothing comes after that.
    pub fn push(&mut self, octets: &[u8], out: &mut Vec<i16>) -> Result<StreamState, Error> {
        match &mut self.state {
            State::Held(held, next) => {
                held.extend_from_slice(octets);
                if held.len() >= *next {
                    let held = std::mem::take(held);
                    self.begin(held, out)?;
                }
            }
            State::Running(running) => {
                let pushed = running.push(octets, out);
                if pushed.is_err() {
                    self.state = State::Whole;
                }
                pushed?;
            }
            State::Whole => {}
        }
        Ok(self.state())
    }

    /// Ends the recording and appends the samples that were held back.
    ///
    /// # Errors
    /// As [`super::decode()`].
    pub fn finish(self, out: &mut Vec<i16>) -> Result<End, Error> {
        match self.state {
            State::Held(held, _) => {
                let hint =
                    Hint { media_type: &self.media_type, filename: self.filename.as_deref() };
                let usual = self.swapped.then(|| decode::packing(&held, hint)).flatten();
                let pcm = decode_packed(&held, hint, self.limits, usual.map(Packing::swapped))?;
                out.extend_from_slice(&pcm.samples);
                Ok(End::Decoded(pcm.rate))
            }
            State::Running(running) if running.made == 0 => Err(Error::Empty),
            // What is left beyond the true length is cut.
            State::Running(running) => Ok(End::Decoded(running.rate)),
            State::Whole => Ok(End::Whole),
        }
    }

    /// Examines the buffered beginning: keeps it, or starts decoding.
    fn begin(&mut self, held: Vec<u8>, out: &mut Vec<i16>) -> Result<(), Error> {
        match self.judge(&held) {
            Verdict::Wait if held.len() < HELD => {
                // Looking again costs as much as what was added.
                let next = held.len() + (held.len() / 2).clamp(64, 2048);
                self.state = State::Held(held, next);
                Ok(())
            }
            Verdict::Wait | Verdict::Whole => {
                self.state = State::Whole;
                Ok(())
            }
            Verdict::Runs(mut running, start) => {
                let pushed = running.push(held.get(start..).unwrap_or_default(), out);
                self.state = if pushed.is_ok() { State::Running(running) } else { State::Whole };
                pushed
            }
        }
    }

    fn judge(&self, held: &[u8]) -> Verdict {
        let hint = Hint { media_type: &self.media_type, filename: self.filename.as_deref() };
        let Some(form) = sniff::settled(held, hint) else { return Verdict::Wait };
        let telephone = |decoder| Verdict::Runs(self.running(decoder, Pcm::TELEPHONE), 0);
        match form {
            Some(Form::Wav) => self.judge_wav(held),
            Some(Form::Au) => self.judge_au(held),
            Some(Form::G726(rate, _)) => match self.order(held, rate) {
                Ok(packing) => telephone(Decoder::G726(g726::Decoder::new(rate, packing))),
                Err(verdict) => verdict,
            },
            Some(Form::G711(Law::MuLaw)) => telephone(frames(1, |s| Law::MuLaw.expand(s[0]))),
            Some(Form::G711(Law::ALaw)) => telephone(frames(1, |s| Law::ALaw.expand(s[0]))),
            Some(Form::Linear) => telephone(frames(2, |s| i16::from_le_bytes([s[0], s[1]]))),
            Some(Form::G722) => {
                Verdict::Runs(self.running(Decoder::G722(Box::default()), g722::RATE), 0)
            }
            #[cfg(feature = "gsm")]
            Some(Form::Gsm) => telephone(Decoder::Gsm(gsm::Decoder::new(gsm::Framing::Raw))),
            _ => Verdict::Whole,
        }
    }

    fn judge_wav(&self, held: &[u8]) -> Verdict {
        let Some((file, start, size)) = wav::begin(held) else { return Verdict::Wait };
        #[cfg(feature = "gsm")]
        if file.tag == wav::tag::GSM && file.channels == 1 {
            let decoder = Decoder::Gsm(gsm::Decoder::new(gsm::Framing::Blocks));
            let mut running = self.running(decoder, file.rate);
            (running.left, running.cut) = (size, file.cut());
            return Verdict::Runs(running, start);
        }
        let decoder = if let Some((width, sample)) = wav::sample_reader(&file) {
            let channels = usize::from(file.channels);
            Decoder::Frames { width, channels, sample, rest: Vec::new() }
        } else if let Some((rate, usual)) = wave_g726(&file) {
            if size.is_some_and(|size| size <= file.data.len()) {
                // All of a short recording: its end decides with it.
                let packing = g726::likely_packing(file.data, rate).unwrap_or(usual);
                Decoder::G726(g726::Decoder::new(rate, self.wanted(packing)))
            } else {
                match self.order(file.data, rate) {
                    Ok(packing) => Decoder::G726(g726::Decoder::new(rate, packing)),
                    Err(verdict) => return verdict,
                }
            }
        } else {
            return Verdict::Whole;
        };
        let mut running = self.running(decoder, file.rate);
        running.left = size;
        Verdict::Runs(running, start)
    }

    fn judge_au(&self, held: &[u8]) -> Verdict {
        let Some((file, start, size)) = au::begin(held) else { return Verdict::Wait };
        let decoder = if let Some((width, sample)) = au::sample_reader(&file) {
            Decoder::Frames { width, channels: file.channels as usize, sample, rest: Vec::new() }
        } else if let Some(rate) = au::g726_rate(&file) {
            Decoder::G726(g726::Decoder::new(rate, Packing::LsbFirst))
        } else {
            return Verdict::Whole;
        };
        let mut running = self.running(decoder, file.rate);
        running.left = size;
        Verdict::Runs(running, start)
    }

    /// The order of the code words, or the verdict when it cannot be told.
    fn order(&self, beginning: &[u8], rate: Rate) -> Result<Packing, Verdict> {
        match g726::early_packing(beginning, rate) {
            Early::Known(packing) => Ok(self.wanted(packing)),
            Early::TooShort => Err(Verdict::Wait),
            Early::Unclear => Err(Verdict::Whole),
        }
    }

    fn wanted(&self, packing: Packing) -> Packing {
        if self.swapped { packing.swapped() } else { packing }
    }

    fn running(&self, decoder: Decoder, rate: u32) -> Box<Running> {
        Box::new(Running {
            decoder,
            rate,
            left: None,
            made: 0,
            most: self.limits.samples(rate),
            cut: None,
            beyond: Vec::new(),
        })
    }
}

enum Verdict {
    /// More octets are needed.
    Wait,
    /// Decodable from this offset on.
    Runs(Box<Running>, usize),
    /// Decodable as a whole only.
    Whole,
}

/// A decoder for mono samples of fixed width.
fn frames(width: usize, sample: SampleReader) -> Decoder {
    Decoder::Frames { width, channels: 1, sample, rest: Vec::new() }
}

impl Running {
    fn push(&mut self, octets: &[u8], out: &mut Vec<i16>) -> Result<(), Error> {
        let octets = match &mut self.left {
            Some(left) => {
                let here = octets.get(..*left).unwrap_or(octets);
                *left -= here.len();
                here
            }
            None => octets,
        };
        let before = out.len();
        self.decoder.decode(octets, out);
        self.made += out.len() - before;
        if let Some((length, block)) = self.cut {
            // What is beyond the true length is held until more than a block of it is there, and
            // the length therefore wrong.
            let here = self.made - (out.len() - before) - self.beyond.len();
            let keep = before + length.saturating_sub(here).min(out.len() - before);
            self.beyond.extend(out.drain(keep..));
            if self.beyond.len() >= block {
                out.append(&mut self.beyond);
                if self.made > length {
                    self.cut = None;
                }
            }
        }
        if self.made - self.beyond.len() > self.most {
            return Err(Error::Limit("length of a recording"));
        }
        Ok(())
    }
}

impl Decoder {
    fn decode(&mut self, octets: &[u8], out: &mut Vec<i16>) {
        match self {
            Self::G726(decoder) => decoder.decode(octets, out),
            Self::G722(decoder) => decoder.decode(octets, out),
            #[cfg(feature = "gsm")]
            Self::Gsm(decoder) => decoder.decode(octets, out),
            Self::Frames { width, channels, sample, rest } => {
                let size = (*width * *channels).max(1);
                let mut read = |octets: &[u8]| {
                    out.extend(pcm::mix_octets(octets, *width, *channels, *sample));
                };
                let mut octets = octets;
                if !rest.is_empty() {
                    let (begun, after) = octets.split_at(octets.len().min(size - rest.len()));
                    rest.extend_from_slice(begun);
                    octets = after;
                    if rest.len() < size {
                        return;
                    }
                    read(rest);
                    rest.clear();
                }
                let (whole, begun) = octets.split_at(octets.len() / size * size);
                read(whole);
                rest.extend_from_slice(begun);
            }
        }
    }
}
