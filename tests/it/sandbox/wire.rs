//! The protocols, with what no client of ours would send.

use super::{answer, authorization, form_request, json_request, request, unlimited};
use aqueduct_sandbox::Account;
use aqueduct_sandbox::answer::{Answer, Fault};
use aqueduct_sandbox::call::Call;
use aqueduct_sandbox::operation::{Operation, Protocol, Service};
use aqueduct_sandbox::services;
use aqueduct_sandbox::wire::{Element, Request, Xml, decode};
use bytes::Bytes;
use proptest::prelude::*;
use serde::Deserialize;

#[tokio::test]
async fn an_unknown_operation_is_refused_in_each_protocol() {
    let sandbox = unlimited();
    let strangers = [
        (form_request("ec2", "Action=BuyVpc&Version=2016-11-15"), 400, "<Code>InvalidAction</Code>"),
        (form_request("sts", "Action=Hello&Version=2011-06-15"), 400, "<Code>InvalidAction</Code>"),
        (form_request("sts", "Version=2011-06-15"), 400, "<Code>MissingAction</Code>"),
        (form_request("sts", "Action=GetCallerIdentity&Version=2000-01-01"), 400, "<Code>NoSuchVersion</Code>"),
        (json_request("kinesis", "Kinesis_20131202.BuyStream", "{}"), 400, "UnknownOperationException"),
        (json_request("kinesis", "Kinesis_20131202CreateStream", "{}"), 400, "UnknownOperationException"),
        (request("kinesis", "POST", "/", "{}"), 400, "UnknownOperationException"),
        (request("kafka", "GET", "/v9/clusters", ""), 404, "Unable to determine service/operation"),
        (request("s3", "PATCH", "/bucket", ""), 501, "<Code>NotImplemented</Code>"),
    ];
    for (request, status, text) in strangers {
        let shown = format!("{request:?}");
        let (answered, body) = answer(&sandbox, request).await;
        assert_eq!(answered, status, "{shown}: {body}");
        assert!(body.contains(text), "{shown}: {body}");
    }
    assert!(sandbox.calls().iter().all(|call| call.operation.is_empty() && call.outcome.is_some()));
}

#[tokio::test]
async fn an_unknown_parameter_is_refused() {
    let sandbox = unlimited();
    let request = form_request("sts", "Action=GetCallerIdentity&Version=2011-06-15&Polite.1=yes");
    let (status, body) = answer(&sandbox, request).await;
    assert_eq!(status, 400);
    assert!(body.contains("<Code>UnknownParameter</Code>") && body.contains("Polite.1"), "{body}");
}

#[tokio::test]
async fn a_parameter_given_twice_is_refused() {
    let sandbox = unlimited();
    let request = form_request("sts", "Action=GetCallerIdentity&Action=GetCallerIdentity&Version=2011-06-15");
    let (status, body) = answer(&sandbox, request).await;
    assert_eq!(status, 400);
    assert!(body.contains("<Code>MalformedQueryString</Code>"), "{body}");
}

#[tokio::test]
async fn a_json_member_that_is_unknown_missing_or_of_another_type_is_refused() {
    let sandbox = unlimited();
    for (body, code, text) in [
        (r#"{"StreamName":"s","ShardCount":1,"Colour":"red"}"#, "ValidationException", "Colour"),
        (r#"{"ShardCount":1}"#, "ValidationException", "StreamName"),
        (r#"{"StreamName":"s","ShardCount":"1"}"#, "ValidationException", "invalid type: string"),
        (r#"{"StreamName":"s","#, "SerializationException", "EOF"),
        ("[]", "SerializationException", "invalid type"),
    ] {
        let (status, answered) = answer(&sandbox, json_request("kinesis", "Kinesis_20131202.CreateStream", body)).await;
        assert_eq!(status, 400, "{body}");
        assert!(answered.contains(code) && answered.contains(text), "{body}: {answered}");
    }
    assert!(sandbox.with_account(|account| account.kinesis.streams.is_empty()));
}

#[tokio::test]
async fn every_answer_carries_a_request_id() {
    let sandbox = unlimited();
    let requests = [
        form_request("sts", "Action=GetCallerIdentity&Version=2011-06-15"),
        form_request("ec2", "Action=BuyVpc&Version=2016-11-15"),
        json_request("kinesis", "Kinesis_20131202.ListStreams", "{}"),
    ];
    for request in requests {
        let response = sandbox.answer(request).await.unwrap();
        assert_eq!(response.headers()["x-amzn-requestid"].len(), 36);
    }
    let response = sandbox.answer(request("s3", "PATCH", "/", "")).await.unwrap();
    assert_eq!(response.headers()["x-amz-request-id"].len(), 36);
}

/// Requests for `operation` that have nothing in them, or nothing that makes sense.
fn nonsense(service: &Service, operation: &Operation) -> Vec<http::Request<Bytes>> {
    let bodies = ["{}", r#"{"x":1}"#, r#"{"Name":null,"name":{}}"#];
    match (service.protocol, operation.route) {
        (Protocol::Ec2Query { version } | Protocol::AwsQuery { version, .. }, _) => {
            let form =
                |rest: &str| form_request(service.name, &format!("Action={}&Version={version}{rest}", operation.name));
            vec![form(""), form("&X=1"), form("&Filter.1.Name=&MaxResults=-1&Name.1.2.3=x&DryRun=perhaps")]
        }
        (Protocol::AwsJson { target }, _) => {
            let target = format!("{target}.{}", operation.name);
            bodies.map(|body| json_request(service.name, &target, body)).into()
        }
        (_, Some(route)) => {
            let fill = |with: &str| {
                let parts = route.template.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
                parts.collect::<Vec<_>>().join(with)
            };
            let uris = ["x", "%2F", "arn%3Aaws%3Akafka%3A%3A%3A", "%00%F0%9F%98%80"].map(fill);
            let each = uris.iter().flat_map(|uri| bodies.map(|body| request(service.name, route.method, uri, body)));
            each.collect()
        }
        (_, None) => Vec::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn no_operation_breaks_on_nonsense() {
    let sandbox = unlimited();
    for service in services::ALL {
        for operation in service.operations() {
            for request in nonsense(service, operation) {
                let shown = format!("{}.{}: {request:?}", service.name, operation.name);
                let response = sandbox.answer(request).await.unwrap();
                assert!(response.status() != 500, "{shown}: {response:?}");
                let call = sandbox.calls().pop().unwrap();
                assert_eq!(call.operation, operation.name, "{shown}");
                sandbox.clear_calls();
            }
        }
    }
}

#[test]
fn an_operation_has_a_route_exactly_when_its_protocol_needs_one() {
    for service in services::ALL {
        let rest = matches!(service.protocol, Protocol::RestJson | Protocol::RestXml);
        let mut names = std::collections::BTreeSet::new();
        for operation in service.operations() {
            assert_eq!(operation.route.is_some(), rest, "{}.{}", service.name, operation.name);
            assert!(names.insert(operation.name), "{}.{} is there twice", service.name, operation.name);
        }
    }
}

fn nothing(_: &mut Account, _: &Call) -> Result<Answer, Fault> {
    Ok(Answer::empty())
}

static REST: Service = Service {
    name: "kafka",
    protocol: Protocol::RestJson,
    operations: &[&[
        Operation::read("ListTopics", nothing).at("GET", "/v1/clusters/{clusterArn}/topics"),
        Operation::read("DescribeTopic", nothing).at("GET", "/v1/clusters/{clusterArn}/topics/{topicName}"),
        Operation::read("DescribeSelf", nothing).at("GET", "/v1/clusters/{clusterArn}/topics/self"),
        Operation::write("Create", nothing).at("POST", "/restapis"),
        Operation::write("Import", nothing).raw_at("POST", "/restapis?mode=import"),
    ]],
    invalid: "BadRequestException",
    throttle: (429, "TooManyRequestsException"),
    global: false,
    tagged: None,
};

static XML: Service = Service {
    name: "s3",
    protocol: Protocol::RestXml,
    operations: &[&[
        Operation::read("ListBuckets", nothing).at("GET", "/"),
        Operation::read("ListObjects", nothing).at("GET", "/{Bucket}").with_query(&["prefix"]),
        Operation::read("GetBucketVersioning", nothing).at("GET", "/{Bucket}?versioning"),
        Operation::read("ListObjectsV2", nothing).at("GET", "/{Bucket}?list-type=2").with_query(&["prefix"]),
        Operation::read("GetObject", nothing).at("GET", "/{Bucket}/{Key+}"),
        Operation::write("PutObject", nothing).raw_at("PUT", "/{Bucket}/{Key+}"),
    ]],
    ..REST
};

fn routed(service: &Service, method: &str, uri: &str) -> Result<&'static str, u16> {
    let mut request = Request::new(request(service.name, method, uri, ""));
    decode(service, &mut request).map(|(operation, _)| operation.name).map_err(|fault| fault.status)
}

#[test]
fn the_route_that_says_most_about_a_request_takes_it() {
    let arn = "arn%3Aaws%3Akafka%3Aeu-west-1%3A000000000000%3Acluster%2Fc%2Fuuid-1";
    let clusters = format!("/v1/clusters/{arn}/topics");
    assert_eq!(routed(&REST, "GET", &clusters), Ok("ListTopics"));
    assert_eq!(routed(&REST, "GET", &format!("{clusters}/a%2Fb")), Ok("DescribeTopic"));
    assert_eq!(routed(&REST, "GET", &format!("{clusters}/self")), Ok("DescribeSelf"));
    assert_eq!(routed(&REST, "GET", &format!("{clusters}/a/b")), Err(404));
    assert_eq!(routed(&REST, "GET", "/v1/clusters//topics"), Err(404));
    assert_eq!(routed(&REST, "POST", "/restapis"), Ok("Create"));
    assert_eq!(routed(&REST, "POST", "/restapis?mode=import&failonwarnings=true"), Ok("Import"));
    assert_eq!(routed(&REST, "DELETE", "/restapis"), Err(404));
    assert_eq!(routed(&XML, "GET", "/"), Ok("ListBuckets"));
    assert_eq!(routed(&XML, "GET", "/b"), Ok("ListObjects"));
    assert_eq!(routed(&XML, "GET", "/b/"), Ok("ListObjects"));
    assert_eq!(routed(&XML, "GET", "/b?prefix=a&x-id=ListObjects"), Ok("ListObjects"));
    assert_eq!(routed(&XML, "GET", "/b?versioning"), Ok("GetBucketVersioning"));
    assert_eq!(routed(&XML, "GET", "/b?list-type=2&prefix=x"), Ok("ListObjectsV2"));
    assert_eq!(routed(&XML, "GET", "/b?analytics"), Err(501));
    assert_eq!(routed(&XML, "GET", "/b/k/e/y"), Ok("GetObject"));
    assert_eq!(routed(&XML, "GET", "/b/folder/"), Ok("GetObject"));
}

#[test]
fn labels_are_decoded_after_the_path_was_split() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Topic {
        cluster_arn: String,
        topic_name: String,
        max_results: Option<u32>,
        embed: Option<Vec<String>>,
        deep: Option<bool>,
    }
    let uri = "/v1/clusters/arn%3Aaws%2Fx/topics/a%2Fb%20c?maxResults=7&embed=methods&embed=all&deep=true";
    let mut request = Request::new(request("kafka", "GET", uri, ""));
    let (_, input) = decode(&REST, &mut request).unwrap();
    assert_eq!(input.label("topicName"), Some("a/b c"));
    let topic = Topic {
        cluster_arn: "arn:aws/x".into(),
        topic_name: "a/b c".into(),
        max_results: Some(7),
        embed: Some(vec!["methods".into(), "all".into()]),
        deep: Some(true),
    };
    assert_eq!(input.decode::<Topic>().unwrap(), topic);

    let mut wrong = Request::new(super::request("kafka", "GET", "/v1/clusters/a/topics/b?maxResults=many", ""));
    let error = decode(&REST, &mut wrong).unwrap().1.decode::<Topic>().unwrap_err();
    assert!(error.to_string().contains("many"), "{error}");
}

#[test]
fn a_chunked_upload_arrives_without_its_frames() {
    let framed = "5;chunk-signature=00\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
    for header in [("content-encoding", "aws-chunked"), ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")]
    {
        let mut upload = http::Request::put("/b/k").body(Bytes::from(framed)).unwrap();
        upload.headers_mut().insert(header.0, header.1.parse().unwrap());
        let mut upload = Request::new(upload);
        decode(&XML, &mut upload).unwrap();
        assert_eq!(upload.body, "hello world");
    }
    for broken in ["", "5\r\nhell", "zz\r\n", "3\r\nhello\r\n0\r\n\r\n", "ffffffffffffffff\r\nx\r\n"] {
        let upload = http::Request::put("/b/k").header("content-encoding", "aws-chunked").body(Bytes::from(broken));
        let fault = decode(&XML, &mut Request::new(upload.unwrap())).unwrap_err();
        assert_eq!(fault.code, "IncompleteBody", "{broken:?}");
    }
}

fn params(form: &str) -> aqueduct_sandbox::wire::Input {
    let body = format!("Action=GetCallerIdentity&Version=2011-06-15&{form}");
    decode(services::find("sts").unwrap(), &mut Request::new(form_request("sts", &body))).unwrap().1
}

#[test]
fn lists_are_read_in_the_order_of_their_numbers() {
    let input = params("Id.10=c&Id.2=b&Id.1=a&Tags.member.1.Key=k&Tags.member.1.Value=v&None=");
    let params = input.params();
    assert_eq!(params.list::<String>("Id").unwrap(), ["a", "b", "c"]);
    let tags = params.structures("Tags");
    assert_eq!(tags[0].required::<String>("Key").unwrap(), "k");
    assert!(params.list::<String>("None").unwrap().is_empty());
    let unread = params.finish().unwrap_err();
    assert!(unread.message.contains("Tags.member.1.Value"), "{}", unread.message);
    assert_eq!(tags[0].optional::<String>("Value").unwrap().unwrap(), "v");
    params.finish().unwrap();
}

#[test]
fn a_parameter_says_where_it_does_not_fit() {
    let input = params("Vpc.Count=many&Vpc.Enabled.Value=yes");
    let vpc = input.params().structure("Vpc").unwrap();
    let fault = vpc.required::<u32>("Count").unwrap_err();
    assert!(fault.message.contains("'many' at 'Vpc.Count'"), "{}", fault.message);
    assert!(vpc.required::<bool>("Enabled.Value").is_err());
    assert!(vpc.required::<bool>("Name").unwrap_err().message.contains("Vpc.Name"));
    assert!(vpc.optional::<bool>("Name").unwrap().is_none());
}

proptest! {
    #[test]
    fn xml_that_was_written_reads_the_same(text in "\\PC*", names in proptest::collection::vec("[A-Za-z][A-Za-z0-9]{0,8}", 1..5)) {
        let leaves = names.iter().fold(Xml::new(), |xml, name| xml.text(name, &text));
        let element = Element::parse(Xml::new().element("Root", leaves).to_string().as_bytes()).unwrap();
        prop_assert_eq!(&element.name, "Root");
        let read: Vec<_> = element.children.iter().map(|child| child.name.clone()).collect();
        prop_assert_eq!(read, names);
        prop_assert!(element.children.iter().all(|child| child.text == text));
    }

    #[test]
    fn no_document_breaks_the_reader(document in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Element::parse(&document);
    }

    #[test]
    fn every_parameter_that_is_given_can_be_read(
        given in proptest::collection::btree_map("[A-Z][a-z]{1,6}", proptest::collection::vec("\\PC{0,12}", 1..4), 0..6),
    ) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, values) in &given {
            for (index, value) in values.iter().enumerate() {
                form.append_pair(&format!("Given{name}.{}", index + 1), value);
            }
        }
        let input = params(&form.finish());
        let params = input.params();
        for (name, values) in &given {
            prop_assert!(params.finish().is_err());
            prop_assert_eq!(&params.list::<String>(&format!("Given{name}")).unwrap(), values);
        }
        prop_assert!(params.finish().is_ok());
    }

    #[test]
    fn every_request_gets_an_answer(
        service in proptest::sample::select(services::ALL.iter().map(|service| service.name).collect::<Vec<_>>()),
        method in proptest::sample::select(vec!["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD"]),
        path in "(/[a-zA-Z0-9%._-]{0,12}){1,4}(\\?[a-z=&.%0-9]{0,20})?",
        target in "(Kinesis_20131202|Logs_20140328)\\.[A-Za-z]{0,20}",
        body in "\\PC{0,200}",
    ) {
        let Ok(uri) = path.parse::<http::Uri>() else { return Ok(()) };
        let request = http::Request::builder().method(method).uri(uri).header("authorization", authorization(service));
        let request = request.header("x-amz-target", target).body(Bytes::from(body)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let response = runtime.block_on(unlimited().answer(request)).unwrap();
        prop_assert!(response.status() != 500, "{:?}", response);
    }
}
