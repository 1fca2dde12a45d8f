//! The sandbox itself: its protocols, its clock, its faults, and the services that belong to no one kind.

mod compute;
mod faults;
mod iam;
mod kinesis;
mod limits;
mod logs;
mod network;
mod persistence;
mod s3;
mod signature;
mod tagging;
mod time;
mod wire;

use aqueduct_sandbox::{Options, Sandbox};
use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;
use http::{Request, Response};
use std::sync::Arc;
use std::time::Duration;

const REGION: &str = "eu-west-1";

/// A Kinesis client that never retries.
fn kinesis(sandbox: &Arc<Sandbox>) -> aws_sdk_kinesis::Client {
    kinesis_in(sandbox, REGION)
}

fn kinesis_in(sandbox: &Arc<Sandbox>, region: &'static str) -> aws_sdk_kinesis::Client {
    kinesis_over(crate::recording::recorded(sandbox.http_client()), region, "http://sandbox")
}

fn kinesis_over(http: SharedHttpClient, region: &'static str, endpoint: &str) -> aws_sdk_kinesis::Client {
    let config = aws_sdk_kinesis::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(Credentials::from_keys("sandbox", "sandbox", None))
        .http_client(http)
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_kinesis::Client::from_conf(config)
}

/// Without rate limits, which would be in the way.
fn unlimited() -> Arc<Sandbox> {
    Sandbox::new(Options { rate_limits: false, ..Options::default() })
}

async fn create(client: &aws_sdk_kinesis::Client, name: &str, shards: i32) {
    client.create_stream().stream_name(name).shard_count(shards).send().await.unwrap();
}

/// A stream that is ACTIVE.
async fn active(client: &aws_sdk_kinesis::Client, name: &str, shards: i32) {
    create(client, name, shards).await;
    pass(20).await;
}

/// Lets virtual time pass.
async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=sandbox/20261123/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=00"
    )
}

/// A signed request that no client would write.
fn request(service: &str, method: &str, uri: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(uri).header("authorization", authorization(service));
    request.body(body.into()).unwrap()
}

fn json_request(service: &str, target: &str, body: &str) -> Request<Bytes> {
    let mut request = request(service, "POST", "/", body.to_owned());
    request.headers_mut().insert("x-amz-target", target.parse().unwrap());
    request.headers_mut().insert("content-type", "application/x-amz-json-1.1".parse().unwrap());
    request
}

fn form_request(service: &str, body: &str) -> Request<Bytes> {
    let mut request = request(service, "POST", "/", body.to_owned());
    request.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    request
}

async fn answer(sandbox: &Sandbox, request: Request<Bytes>) -> (u16, String) {
    let response: Response<Bytes> = sandbox.answer(request).await.unwrap();
    (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
}
