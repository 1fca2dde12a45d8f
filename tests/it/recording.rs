//! Records what goes over the wire, for judges outside: with `AQUEDUCT_RECORD=FOLDER` every request and its answer is a
//! line of JSON in a file there. What repeats word for word is written once.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};

struct Tape {
    file: File,
    written: HashSet<u64>,
}

static TAPE: LazyLock<Option<Mutex<Tape>>> = LazyLock::new(|| {
    let folder = PathBuf::from(std::env::var_os("AQUEDUCT_RECORD")?);
    std::fs::create_dir_all(&folder).unwrap();
    let file = File::create(folder.join(format!("{}.jsonl", std::process::id()))).unwrap();
    Some(Mutex::new(Tape { file, written: HashSet::new() }))
});

/// `client`, recorded when that is asked for.
pub fn recorded(client: SharedHttpClient) -> SharedHttpClient {
    if TAPE.is_some() { SharedHttpClient::new(Recorder(client)) } else { client }
}

#[derive(Debug)]
struct Recorder(SharedHttpClient);

impl HttpClient for Recorder {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Recording(self.0.http_connector(settings, components)))
    }
}

#[derive(Clone, Debug)]
struct Recording(SharedHttpConnector);

impl HttpConnector for Recording {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = request.body().bytes().map(|body| {
            let headers = request.headers().iter().map(|(name, value)| (name.to_owned(), value.into()));
            json!({
                "method": request.method(), "uri": request.uri(), "headers": headers.collect::<Map<_, _>>(),
                "body": BASE64_STANDARD.encode(body),
            })
        });
        let way = self.0.clone();
        HttpConnectorFuture::new(async move {
            let answer = way.call(request).await?;
            // Bodies that stream are the contents of objects: no model says anything of them.
            if let (Some(asked), Some(body)) = (asked, answer.body().bytes()) {
                write(asked, &answer, body);
            }
            Ok(answer)
        })
    }
}

fn write(mut exchange: Value, answer: &HttpResponse, body: &[u8]) {
    let mut hasher = DefaultHasher::new();
    for part in ["method", "uri", "body"] {
        exchange[part].as_str().hash(&mut hasher);
    }
    exchange["headers"]["x-amz-target"].as_str().hash(&mut hasher);
    (answer.status().as_u16(), body).hash(&mut hasher);
    let headers = answer.headers().iter().map(|(name, value)| (name.to_owned(), value.into()));
    exchange["status"] = answer.status().as_u16().into();
    exchange["response_headers"] = Value::Object(headers.collect());
    exchange["response_body"] = BASE64_STANDARD.encode(body).into();
    let Some(tape) = &*TAPE else { return };
    let mut tape = tape.lock().unwrap();
    if tape.written.insert(hasher.finish()) {
        writeln!(tape.file, "{exchange}").unwrap();
    }
}
