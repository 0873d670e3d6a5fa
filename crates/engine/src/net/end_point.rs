//! What a certificate is bound into a sign-in by: `tls-server-end-point` (RFC 5929 section 4.1), its
//! hash by the function of its own signature.

use ring::digest;

/// The hash of a certificate in DER; `None` for signatures without one function (Ed25519) or that
/// are not known here.
pub(super) fn end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    let (_, body, _) = element(certificate)?;
    let (_, _, rest) = element(body)?;
    let (_, algorithm, _) = element(rest)?;
    let (tag, oid, _) = element(algorithm)?;
    if tag != 6 {
        return None;
    }
    // sha1WithRSA and ecdsa-with-SHA1 count as SHA-256, too.
    let hash = match oid {
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"
        | b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
        | b"\x2a\x86\x48\xce\x3d\x04\x01"
        | b"\x2a\x86\x48\xce\x3d\x04\x03\x02" => &digest::SHA256,
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c" | b"\x2a\x86\x48\xce\x3d\x04\x03\x03" => {
            &digest::SHA384
        }
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d" | b"\x2a\x86\x48\xce\x3d\x04\x03\x04" => {
            &digest::SHA512
        }
        _ => return None,
    };
    Some(digest::digest(hash, certificate).as_ref().to_vec())
}

/// The first element of DER: its tag, its content, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if octets.len() > 4 {
            return None;
        }
        (octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SEQUENCE { SEQUENCE {}, SEQUENCE { OID }, BIT STRING }.
    fn certificate(oid: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| {
            let length = u8::try_from(content.len()).expect("short");
            [&[tag, length], content].concat()
        };
        let algorithm = wrap(0x30, &wrap(6, oid));
        wrap(0x30, &[wrap(0x30, &[]), algorithm, wrap(3, &[0])].concat())
    }

    #[test]
    fn the_hash_is_that_of_the_signature() {
        for (oid, octets) in [
            (&b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"[..], Some(32)),
            (b"\x2a\x86\x48\xce\x3d\x04\x03\x02", Some(32)),
            (b"\x2a\x86\x48\xce\x3d\x04\x03\x03", Some(48)),
            (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", Some(64)),
            // Ed25519
            (b"\x2b\x65\x70", None),
        ] {
            let certificate = certificate(oid);
            assert_eq!(end_point(&certificate).map(|hash| hash.len()), octets);
            for cut in 0..certificate.len() {
                assert_eq!(end_point(&certificate[..cut]), None, "cut at {cut}");
            }
        }
        assert_eq!(end_point(b"\x30\x85\xff\xff\xff\xff\xff"), None);
    }
}
