//! Requests must be signed; with which key does not matter.

use super::{answer, authorization, form_request, json_request, request, unlimited};
use http::Request;

#[tokio::test]
async fn an_unsigned_request_is_refused_in_the_words_of_its_service() {
    let unsigned = [
        ("ec2.eu-west-1.amazonaws.com", "", 403, "<Response><Errors><Error><Code>MissingAuthenticationToken</Code>"),
        ("iam.amazonaws.com", "", 403, "<Error><Type>Sender</Type><Code>MissingAuthenticationToken</Code>"),
        ("kinesis.eu-west-1.amazonaws.com", "", 403, r#""__type":"MissingAuthenticationTokenException""#),
        ("kafka.eu-west-1.amazonaws.com", "", 403, r#"{"message":"Missing Authentication Token"}"#),
        ("api.airflow.eu-west-1.amazonaws.com", "", 403, r#"{"message":"Missing Authentication Token"}"#),
        ("s3.eu-west-1.amazonaws.com", "", 403, "<Error><Code>AccessDenied</Code>"),
        ("127.0.0.1:4566", "application/x-www-form-urlencoded", 403, "<Code>MissingAuthenticationToken</Code>"),
        ("127.0.0.1:4566", "", 403, "<Error><Code>AccessDenied</Code>"),
    ];
    let sandbox = unlimited();
    for (host, kind, status, text) in unsigned {
        let request = Request::builder().method("POST").uri("/").header("host", host).header("content-type", kind);
        let (answered, body) = answer(&sandbox, request.body("".into()).unwrap()).await;
        assert_eq!(answered, status, "{host}");
        assert!(body.contains(text), "{host}: {body}");
    }
}

#[tokio::test]
async fn a_malformed_signature_is_refused() {
    let sandbox = unlimited();
    for header in [
        "Basic c2FuZGJveA==",
        "AWS4-HMAC-SHA256 Credential=sandbox",
        "AWS4-HMAC-SHA256 Credential=sandbox/20261123/eu-west-1/sts/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=sandbox/yesterday/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=/20261123/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=sandbox/20261123//sts/aws4_request, SignedHeaders=host, Signature=00",
    ] {
        let mut request = form_request("sts", "Action=GetCallerIdentity&Version=2011-06-15");
        request.headers_mut().insert("authorization", header.parse().unwrap());
        let (status, body) = answer(&sandbox, request).await;
        assert_eq!(status, 400, "{header}");
        assert!(body.contains("<Code>IncompleteSignature</Code>"), "{header}: {body}");
    }
}

#[tokio::test]
async fn a_signature_for_a_service_that_is_not_there_is_refused() {
    let sandbox = unlimited();
    let (status, body) = answer(&sandbox, json_request("dynamodb", "DynamoDB_20120810.ListTables", "{}")).await;
    assert_eq!(status, 403);
    assert!(body.contains("InvalidSignatureException") && body.contains("dynamodb"), "{body}");
}

#[tokio::test]
async fn any_key_is_right_and_says_who_calls() {
    let sandbox = unlimited();
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let mut signed = form_request("sts", body);
    let with_slash = authorization("sts").replace("Credential=sandbox/", "Credential=some/one/");
    signed.headers_mut().insert("authorization", with_slash.parse().unwrap());
    let (status, text) = answer(&sandbox, signed).await;
    assert_eq!(status, 200);
    assert!(text.contains("<UserId>some/one</UserId>"), "{text}");
}

#[tokio::test]
async fn a_presigned_request_is_served() {
    let sandbox = unlimited();
    let uri = "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261123T000000Z\
               &X-Amz-SignedHeaders=host&X-Amz-Signature=00&X-Amz-Credential=sandbox%2F20261123%2Fus-east-1%2Fsts%2Faws4_request";
    let mut presigned = request("sts", "GET", uri, "");
    presigned.headers_mut().remove("authorization");
    let (status, text) = answer(&sandbox, presigned).await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("<Account>000000000000</Account>"), "{text}");
}
