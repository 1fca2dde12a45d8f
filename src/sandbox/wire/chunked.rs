//! The framing of `content-encoding: aws-chunked` uploads.

use bytes::{Bytes, BytesMut};

/// The bytes inside the frames. Each frame is `<hex length>[;chunk-signature=..]\r\n<bytes>\r\n`; one of length 0 ends
/// them, trailing headers (checksums) may follow and are dropped.
///
/// # Errors
/// What is wrong with the framing.
pub(super) fn decode(mut framed: &[u8]) -> Result<Bytes, String> {
    let mut decoded = BytesMut::with_capacity(framed.len());
    loop {
        let end = framed.windows(2).position(|pair| pair == b"\r\n").ok_or("a chunk has no length")?;
        let (line, rest) = (&framed[..end], &framed[end + 2..]);
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let length = std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| usize::from_str_radix(digits.trim(), 16).ok())
            .ok_or("the length of a chunk is not hexadecimal")?;
        if length == 0 {
            return Ok(decoded.freeze());
        }
        let chunk = rest.get(..length).ok_or("a chunk is shorter than its length")?;
        decoded.extend_from_slice(chunk);
        framed = rest[length..].strip_prefix(b"\r\n").ok_or("a chunk is longer than its length")?;
    }
}
