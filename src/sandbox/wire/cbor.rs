//! smithy-rpc-v2-cbor, which newer clients prefer to awsJson for the tagging index. Requests are translated into awsJson and
//! answers back, so that services know nothing of it. Only for services without blobs and timestamps, which JSON would lose.

use super::Request;
use crate::answer::Fault;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Response};
use serde_json::{Map, Number, Value};

/// Deeper values are refused rather than followed.
const DEEPEST: usize = 64;

/// Whether `request` says that it is in CBOR.
pub(crate) fn speaks(request: &Request) -> bool {
    request.header("smithy-protocol") == Some("rpc-v2-cbor")
}

/// Makes a request in CBOR one in awsJson.
///
/// # Errors
/// `SerializationException` when the body is no CBOR, `UnknownOperationException` when the path names no operation.
pub(crate) fn translate(request: &mut Request) -> Result<(), Fault> {
    let target = request.path.strip_prefix("/service/").and_then(|path| path.split_once("/operation/"));
    let target = target.and_then(|(service, operation)| HeaderValue::try_from(format!("{service}.{operation}")).ok());
    let unknown = || Fault::new(404, "UnknownOperationException", format!("Unknown operation {}", request.path));
    let target = target.ok_or_else(unknown)?;
    let body = match request.body.is_empty() {
        true => Value::Object(Map::new()),
        false => decode(&request.body).map_err(|error| Fault::new(400, "SerializationException", error))?,
    };
    request.headers.insert("x-amz-target", target);
    request.headers.insert("content-type", HeaderValue::from_static("application/x-amz-json-1.1"));
    request.body = body.to_string().into();
    Ok(())
}

/// Translates the answer to a request that was translated.
pub(crate) fn translate_answer(mut response: Response<Bytes>) -> Response<Bytes> {
    let value = serde_json::from_slice(response.body()).unwrap_or_else(|_| Value::Object(Map::new()));
    let mut body = Vec::new();
    encode(&value, &mut body);
    *response.body_mut() = body.into();
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/cbor"));
    response.headers_mut().insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    response
}

/// One value and nothing after it.
fn decode(bytes: &[u8]) -> Result<Value, String> {
    let mut reader = Reader { rest: bytes, depth: 0 };
    let value = reader.value()?.ok_or("a value ends that never began")?;
    if reader.rest.is_empty() { Ok(value) } else { Err("there is something after the value".to_owned()) }
}

struct Reader<'a> {
    rest: &'a [u8],
    depth: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or("the value is cut off")?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self, count: usize) -> Result<u64, String> {
        Ok(self.take(count)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// The next value; `None` at the mark that ends an indefinite one.
    fn value(&mut self) -> Result<Option<Value>, String> {
        if self.depth == DEEPEST {
            return Err(format!("values are nested more than {DEEPEST} deep"));
        }
        self.depth += 1;
        let head = self.number(1)?;
        let (kind, detail) = (head >> 5, head & 31);
        let argument = match detail {
            0..=23 => Some(detail),
            24..=27 => Some(self.number(1 << (detail - 24))?),
            31 if (2..=5).contains(&kind) || kind == 7 => None,
            _ => return Err(format!("{head:#04x} begins no value")),
        };
        let value = match (kind, argument) {
            (0, Some(number)) => number.into(),
            (1, Some(number)) => {
                i64::try_from(number).map(|number| Value::from(-1 - number)).map_err(|_| "a number is too small")?
            }
            (2, length) => BASE64_STANDARD.encode(self.string(2, length)?).into(),
            (3, length) => String::from_utf8(self.string(3, length)?).map_err(|error| error.to_string())?.into(),
            (4, length) => self.array(length)?,
            (5, length) => self.map(length)?,
            // A tag says what the value after it means, which its member says as well.
            (6, Some(_)) => self.value()?.ok_or("a tag stands before nothing")?,
            (_, None) => {
                self.depth -= 1;
                return Ok(None);
            }
            (_, Some(number)) => match detail {
                20 => false.into(),
                21 => true.into(),
                22 | 23 => Value::Null,
                26 => float(f64::from(f32::from_bits(u32::try_from(number).unwrap_or_default())))?,
                27 => float(f64::from_bits(number))?,
                _ => return Err(format!("the simple value {number} means nothing here")),
            },
        };
        self.depth -= 1;
        Ok(Some(value))
    }

    fn length(&self, length: u64) -> Result<usize, String> {
        usize::try_from(length).map_err(|_| "a length is too large".to_owned())
    }

    fn string(&mut self, kind: u64, length: Option<u64>) -> Result<Vec<u8>, String> {
        if let Some(length) = length {
            return Ok(self.take(self.length(length)?)?.to_vec());
        }
        let mut whole = Vec::new();
        loop {
            let head = self.number(1)?;
            let length = match (head >> 5, head & 31) {
                (7, 31) => return Ok(whole),
                (part, detail @ 0..=23) if part == kind => detail,
                (part, detail @ 24..=27) if part == kind => self.number(1 << (detail - 24))?,
                _ => return Err("a string has a part that is none".to_owned()),
            };
            whole.extend_from_slice(self.take(self.length(length)?)?);
        }
    }

    fn array(&mut self, length: Option<u64>) -> Result<Value, String> {
        let mut items = Vec::new();
        while length.is_none_or(|length| (items.len() as u64) < length) {
            match (self.value()?, length) {
                (Some(item), _) => items.push(item),
                (None, None) => break,
                (None, Some(_)) => return Err("a list ends too early".to_owned()),
            }
        }
        Ok(items.into())
    }

    fn map(&mut self, length: Option<u64>) -> Result<Value, String> {
        let mut members = Map::new();
        let mut read = 0;
        while length.is_none_or(|length| read < length) {
            let key = match (self.value()?, length) {
                (Some(Value::String(key)), _) => key,
                (None, None) => break,
                _ => return Err("the name of a member is no text".to_owned()),
            };
            let value = self.value()?.ok_or("a member has no value")?;
            // As in the JSON protocols, a member that is null is not given.
            if !value.is_null() {
                members.insert(key, value);
            }
            read += 1;
        }
        Ok(members.into())
    }
}

fn float(number: f64) -> Result<Value, String> {
    Number::from_f64(number).map(Value::Number).ok_or_else(|| "a number is not finite".to_owned())
}

fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(false) => out.push(0xf4),
        Value::Bool(true) => out.push(0xf5),
        Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(number), ..) => head(0, number, out),
            (None, Some(number), _) => head(1, number.unsigned_abs() - 1, out),
            (None, None, number) => {
                out.push(0xfb);
                out.extend(number.unwrap_or_default().to_be_bytes());
            }
        },
        Value::String(text) => {
            head(3, text.len() as u64, out);
            out.extend(text.as_bytes());
        }
        Value::Array(items) => {
            head(4, items.len() as u64, out);
            items.iter().for_each(|item| encode(item, out));
        }
        Value::Object(members) => {
            head(5, members.len() as u64, out);
            for (key, value) in members {
                head(3, key.len() as u64, out);
                out.extend(key.as_bytes());
                encode(value, out);
            }
        }
    }
}

fn head(kind: u8, argument: u64, out: &mut Vec<u8>) {
    match (u8::try_from(argument), u32::try_from(argument)) {
        (Ok(small @ 0..=23), _) => out.push(kind << 5 | small),
        (Ok(byte), _) => out.extend([kind << 5 | 24, byte]),
        (_, Ok(word)) => {
            out.push(kind << 5 | 26);
            out.extend(word.to_be_bytes());
        }
        _ => {
            out.push(kind << 5 | 27);
            out.extend(argument.to_be_bytes());
        }
    }
}
