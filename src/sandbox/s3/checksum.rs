//! Checksums that come with a body as headers. Those at the end of a chunked upload are dropped with its framing.

use crate::answer::Fault;
use crate::call::Call;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::Md5;
use sha2::{Digest, Sha256};

/// Refuses a body that is not what its `Content-MD5`, `x-amz-checksum-crc32` or `x-amz-checksum-sha256` says. Other
/// algorithms are believed.
///
/// # Errors
/// `BadDigest`.
pub(super) fn verify(call: &Call) -> Result<(), Fault> {
    let body = call.body();
    let wrong =
        |header: &str, digest: &[u8]| call.header(header).is_some_and(|given| given != BASE64_STANDARD.encode(digest));
    let mismatch = |name: &str| {
        Fault::new(400, "BadDigest", format!("The {name} you specified did not match the calculated checksum."))
    };
    if wrong("content-md5", Md5::digest(body).as_slice()) {
        return Err(mismatch("Content-MD5"));
    }
    if wrong("x-amz-checksum-crc32", &crc32(body).to_be_bytes()) {
        return Err(mismatch("CRC32"));
    }
    if wrong("x-amz-checksum-sha256", Sha256::digest(body).as_slice()) {
        return Err(mismatch("SHA256"));
    }
    Ok(())
}

/// Whether the body comes with any checksum at all.
pub(super) fn given(call: &Call) -> bool {
    call.header("content-md5").is_some()
        || call.request.headers.keys().any(|name| name.as_str().starts_with("x-amz-checksum-"))
}

/// The MD5 of `bytes` in hexadecimal.
pub(super) fn md5_hex(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// CRC-32 as in zlib.
fn crc32(bytes: &[u8]) -> u32 {
    let fold = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    };
    !bytes.iter().fold(!0, fold)
}
