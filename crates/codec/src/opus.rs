//! Opus in Ogg (RFC 7845), through `opus-pure`, mixed down to mono at 48 000 Hz.
//!
//! Encoder delay and end trim are taken off. A page that fails its checksum ends the sound; what
//! came before is kept.

use opus_pure::{MAX_PACKET_SAMPLES, OggOpusReader, OpusDecoder, Trim};

use super::{Error, Pcm, pcm};

const RATE: u32 = 48_000;

pub(super) fn decode(octets: &[u8], longest: usize) -> Result<Pcm, Error> {
    let damaged = |error: opus_pure::Error| Error::Damaged(format!("Opus: {error}"));
    let mut reader = OggOpusReader::new(octets).map_err(damaged)?;
    let head = reader.head().clone();
    if head.mapping_family != 0 {
        return Err(Error::Unsupported("Opus with more than two channels".into()));
    }
    let channels = usize::from(head.channel_count);
    let mut decoder: OpusDecoder = head.decoder(RATE as i32).map_err(damaged)?;
    let mut trim = Trim::new(&head, RATE as i32, channels).map_err(damaged)?;
    let mut block = vec![0_i16; MAX_PACKET_SAMPLES * channels];
    let mut samples = Vec::new();
    while let Ok(Some(packet)) = reader.read_packet() {
        let Ok(count) = decoder.decode_s16(&packet.data, MAX_PACKET_SAMPLES, &mut block) else {
            continue;
        };
        let decoded = block.get(..count * channels).unwrap_or_default();
        pcm::mix(trim.keep(&packet, decoded), channels, &mut samples);
        if samples.len() > longest {
            return Err(Error::Limit("length of a recording"));
        }
    }
    Ok(Pcm { samples, rate: RATE })
}
