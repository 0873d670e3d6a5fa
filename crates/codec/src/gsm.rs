//! GSM 06.10 full rate: raw 33-octet frames and the 65-octet blocks of WAVE tag 49 (MS-GSM).
//!
//! The arithmetic is that of `oxideav-gsm`, exact with libgsm also on random frames. 8 000 Hz,
//! mono, 160 samples a frame. A frame without its signature nibble is 20 ms of silence, so that
//! what follows stays in time; an incomplete last frame is dropped.

use oxideav_gsm::{
    DecoderState, EncoderState, FRAME_SAMPLES, GSM_BYTE_FRAME_LEN, MSGSM_BLOCK_LEN,
    MSGSM_BLOCK_SAMPLES, UnpackedFrame,
};

/// Octets of a raw frame.
pub const FRAME: usize = GSM_BYTE_FRAME_LEN;
/// Samples of a raw frame.
pub const SAMPLES: usize = FRAME_SAMPLES;
/// Octets of an MS-GSM block.
pub const BLOCK: usize = MSGSM_BLOCK_LEN;
/// Samples of an MS-GSM block.
pub const BLOCK_SAMPLES: usize = MSGSM_BLOCK_SAMPLES;

/// How frames are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Raw frames of [`FRAME`] octets.
    Raw,
    /// MS-GSM blocks of [`BLOCK`] octets.
    Blocks,
}

/// Decodes octets, in pieces of any size.
pub struct Decoder {
    framing: Framing,
    state: DecoderState,
    /// The octets of an incomplete frame.
    rest: Vec<u8>,
}

impl Decoder {
    /// A decoder in the reset state.
    #[must_use]
    pub fn new(framing: Framing) -> Self {
        Self { framing, state: DecoderState::new(), rest: Vec::new() }
    }

    /// Appends the samples of the frames that `octets` complete to `out`.
    pub fn decode(&mut self, mut octets: &[u8], out: &mut Vec<i16>) {
        let size = match self.framing {
            Framing::Raw => FRAME,
            Framing::Blocks => BLOCK,
        };
        if !self.rest.is_empty() {
            let (begun, after) = octets.split_at(octets.len().min(size - self.rest.len()));
            self.rest.extend_from_slice(begun);
            octets = after;
            if self.rest.len() < size {
                return;
            }
            let whole = std::mem::take(&mut self.rest);
            self.frame(&whole, out);
        }
        let frames = octets.chunks_exact(size);
        self.rest.extend_from_slice(frames.remainder());
        for frame in frames {
            self.frame(frame, out);
        }
    }

    fn frame(&mut self, octets: &[u8], out: &mut Vec<i16>) {
        match self.framing {
            Framing::Raw => match UnpackedFrame::from_gsm_byte_frame(octets) {
                Ok(frame) => out.extend(self.state.decode_frame(&frame)),
                Err(_) => out.extend([0; SAMPLES]),
            },
            Framing::Blocks => {
                if let Ok((first, second)) = UnpackedFrame::pair_from_msgsm_block(octets) {
                    out.extend(self.state.decode_frame(&first));
                    out.extend(self.state.decode_frame(&second));
                }
            }
        }
    }
}

/// Decodes raw frames.
#[must_use]
pub fn decode(octets: &[u8]) -> Vec<i16> {
    let mut samples = Vec::with_capacity(octets.len() / FRAME * SAMPLES);
    Decoder::new(Framing::Raw).decode(octets, &mut samples);
    samples
}

/// Decodes MS-GSM blocks.
#[must_use]
pub fn decode_blocks(octets: &[u8]) -> Vec<i16> {
    let mut samples = Vec::with_capacity(octets.len() / BLOCK * BLOCK_SAMPLES);
    Decoder::new(Framing::Blocks).decode(octets, &mut samples);
    samples
}

fn frames(samples: &[i16]) -> Vec<UnpackedFrame> {
    let mut state = EncoderState::new();
    let whole = |chunk: &[i16]| {
        let mut frame = [0; SAMPLES];
        for (to, from) in frame.iter_mut().zip(chunk) {
            *to = *from;
        }
        frame
    };
    samples.chunks(SAMPLES).map(|chunk| state.encode_frame(&whole(chunk))).collect()
}

/// Encodes to raw frames; silence fills the last.
#[must_use]
pub fn encode(samples: &[i16]) -> Vec<u8> {
    frames(samples).iter().flat_map(UnpackedFrame::to_gsm_byte_frame).collect()
}

/// Encodes to MS-GSM blocks; silence fills the last.
#[must_use]
pub fn encode_blocks(samples: &[i16]) -> Vec<u8> {
    let blocks = samples.len().div_ceil(BLOCK_SAMPLES);
    let mut padded = samples.to_vec();
    padded.resize(blocks * BLOCK_SAMPLES, 0);
    let frames = frames(&padded);
    frames
        .chunks_exact(2)
        .flat_map(|pair| UnpackedFrame::pair_to_msgsm_block(&pair[0], &pair[1]))
        .collect()
}

/// A WAVE file of tag 49 around `blocks`, which hold `samples` samples.
#[must_use]
pub fn wav_file(blocks: &[u8], samples: u32) -> Vec<u8> {
    let size = u32::try_from(blocks.len()).unwrap_or(u32::MAX);
    // Chunks are even.
    let padding = size & 1;
    let mut file = Vec::with_capacity(60 + blocks.len() + 1);
    let fields: [&[u8]; 18] = [
        b"RIFF",
        &size.saturating_add(52 + padding).to_le_bytes(),
        b"WAVEfmt ",
        &20_u32.to_le_bytes(),
        &super::wav::tag::GSM.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &8000_u32.to_le_bytes(),
        &1625_u32.to_le_bytes(),
        &(BLOCK as u16).to_le_bytes(),
        &0_u16.to_le_bytes(),
        &2_u16.to_le_bytes(),
        &(BLOCK_SAMPLES as u16).to_le_bytes(),
        b"fact",
        &4_u32.to_le_bytes(),
        &samples.to_le_bytes(),
        b"data",
        &size.to_le_bytes(),
        blocks,
    ];
    for field in fields {
        file.extend_from_slice(field);
    }
    file.extend(std::iter::repeat_n(0, padding as usize));
    file
}
