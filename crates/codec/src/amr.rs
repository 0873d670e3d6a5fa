//! AMR narrowband storage files (RFC 4867 section 5), through `codec_core`.
//!
//! Every frame is 20 ms, also silence descriptors and "no data": they go to the decoder by type, so
//! no time is lost and comfort noise fills pauses. A reserved frame type or a cut-off frame ends
//! the sound; what came before is kept.

use codec_core::{
    codecs::amr::{AmrCodec, AmrFrameType, AmrStorageReader, AmrVariant},
    types::{CodecConfig, CodedFrame, FrameKind, VariableRateCodec},
};

use super::{Error, Pcm};

/// Samples per frame of 20 ms at 8 000 Hz.
const FRAME: usize = 160;

pub(super) fn decode(octets: &[u8], longest: usize) -> Result<Pcm, Error> {
    let damaged = |error: codec_core::CodecError| Error::Damaged(format!("AMR: {error}"));
    let mut reader = AmrStorageReader::new(octets).map_err(damaged)?;
    if reader.variant() != AmrVariant::NarrowBand {
        return Err(Error::Unsupported("AMR wideband".into()));
    }
    let mut codec = AmrCodec::new(&CodecConfig::amr_nb()).map_err(damaged)?;
    let mut samples = Vec::new();
    let mut mode = 0;
    while let Ok(Some(frame)) = reader.next_frame() {
        let kind = match frame.frame_type {
            AmrFrameType::Speech(speech) => {
                mode = speech.index();
                FrameKind::Speech
            }
            AmrFrameType::Sid(_) => FrameKind::ComfortNoise,
            AmrFrameType::NoData => FrameKind::NoData,
            AmrFrameType::SpeechLost => FrameKind::Lost,
        };
        let coded = CodedFrame { kind, mode, quality_ok: frame.quality_ok, data: frame.data };
        match codec.decode_frame(&coded) {
            Ok(decoded) => samples.extend_from_slice(&decoded),
            Err(_) => samples.extend([0; FRAME]),
        }
        if samples.len() > longest {
            return Err(Error::Limit("length of a recording"));
        }
    }
    Ok(Pcm::telephone(samples))
}
