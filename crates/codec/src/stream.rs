//! Sound from a recording that is still coming: octets in pieces of any size, samples as they come.
//!
//! The samples of all pieces together are exactly those of [`super::decode()`] over the whole. So
//! nothing is said before it is certain:
//!
//! * the form once [`sniff::settled`] knows it: for a label without a signature 33 octets, unless
//!   they look like the frames of MP3, AAC or GSM;
//! * the container once its header is there up to the sound;
//! * the order of G.726 code words once the beginning decides it (at most 24 000 octets, 6 s at 32
//!   kbit/s); it never changes after that. Where the beginning says nothing, the whole decides;
//! * the last block of GSM in WAV at its end, since the true length may cut it.
//!
//! G.726 (all rates), G.711, linear samples and GSM come in pieces, raw or in WAV and `.au`; every
//! other form, and what is still undecided after [`HELD`] octets, is decoded as a whole by the
//! caller ([`Standing::Whole`]). Limits are those of `decode`; an octet is looked at once, but for
//! the beginning that is held. Tests: below, and `tests/codec/stream.rs`.

#[cfg(feature = "gsm")]
use super::gsm;
use super::{
    Error, Hint, Limits, Pcm, au, decode,
    decode::{decode_packed, wave_g726},
    g711::Law,
    g726::{self, Early, Packing, Rate},
    pcm::{self, SampleReader},
    sniff::{self, Form},
    wav,
};

/// Most octets that are held back undecided.
pub const HELD: usize = 256 * 1024;

/// What a stream has found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// More octets are needed before anything sounds.
    Open,
    /// Sound comes with the octets, so many samples a second.
    Running(u32),
    /// This recording is only decoded as a whole.
    Whole,
}

/// How a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All samples are out, at so many a second.
    Decoded(u32),
    /// Nothing was decoded: see [`Standing::Whole`].
    Whole,
}

/// A recording that is still coming.
pub struct Stream {
    media_type: String,
    filename: Option<String>,
    limits: Limits,
    swapped: bool,
    state: State,
}

enum State {
    /// The beginning, and from how many octets on it is worth looking at again.
    Held(Vec<u8>, usize),
    Running(Box<Running>),
    Whole,
}

struct Running {
    decoder: Decoder,
    rate: u32,
    /// Octets that still belong to the sound, where the container says so.
    left: Option<usize>,
    /// Samples made so far, and at most.
    made: usize,
    most: usize,
    /// True length, and samples beyond it that may have to be cut.
    cut: Option<(usize, usize)>,
    /// Samples beyond the true length.
    beyond: Vec<i16>,
}

enum Decoder {
    G726(g726::Decoder),
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
    /// A stream of octets that were announced as `hint`. `swapped`: G.726 code words in the other
    /// order than the one that sound and label suggest.
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

    /// What is known so far.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match &self.state {
            State::Held(..) => Standing::Open,
            State::Running(running) => Standing::Running(running.rate),
            State::Whole => Standing::Whole,
        }
    }

    /// Takes the octets that follow and appends what they sound like to `out`.
    ///
    /// # Errors
    /// [`Error::Limit`] once the recording is too long; nothing comes after that.
    pub fn push(&mut self, octets: &[u8], out: &mut Vec<i16>) -> Result<Standing, Error> {
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
        Ok(self.standing())
    }

    /// Ends the recording; what was held back comes out.
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

    /// Looks at the beginning; goes on holding it, or lets it sound.
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

    /// The order of the code words, or why it is not known.
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
    /// It sounds from this octet on.
    Runs(Box<Running>, usize),
    /// Only as a whole.
    Whole,
}

/// One channel of samples of a width.
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
