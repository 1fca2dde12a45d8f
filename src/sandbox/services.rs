//! The services there are. To add one: its folder, its state in `account.rs`, and its entry here.

use super::operation::{Protocol, Service};
use super::{
    airflow, apigateway, ec2, elasticloadbalancing, iam, kafka, kafkaconnect, kinesis, logs, s3, sts, tagging,
};

/// Every service.
pub static ALL: &[Service] = &[
    Service {
        name: "ec2",
        protocol: Protocol::Ec2Query { version: "2016-11-15" },
        operations: ec2::OPERATIONS,
        invalid: "InvalidParameterValue",
        throttle: (503, "RequestLimitExceeded"),
        global: false,
        tagged: Some(ec2::tagged),
    },
    Service {
        name: "elasticloadbalancing",
        protocol: Protocol::AwsQuery {
            version: "2015-12-01",
            namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        },
        operations: elasticloadbalancing::OPERATIONS,
        invalid: "ValidationError",
        throttle: (400, "Throttling"),
        global: false,
        tagged: Some(elasticloadbalancing::tagged),
    },
    Service {
        name: "iam",
        protocol: Protocol::AwsQuery { version: "2010-05-08", namespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
        operations: iam::OPERATIONS,
        invalid: "ValidationError",
        throttle: (400, "Throttling"),
        global: true,
        tagged: None,
    },
    Service {
        name: "sts",
        protocol: Protocol::AwsQuery { version: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
        operations: sts::OPERATIONS,
        invalid: "ValidationError",
        throttle: (400, "Throttling"),
        global: true,
        tagged: None,
    },
    Service {
        name: "s3",
        protocol: Protocol::RestXml,
        operations: s3::OPERATIONS,
        invalid: "InvalidArgument",
        throttle: (503, "SlowDown"),
        global: true,
        tagged: Some(s3::tagged),
    },
    Service {
        name: "logs",
        protocol: Protocol::AwsJson { target: "Logs_20140328" },
        operations: logs::OPERATIONS,
        invalid: "InvalidParameterException",
        throttle: (400, "ThrottlingException"),
        global: false,
        tagged: Some(logs::tagged),
    },
    Service {
        name: "kafka",
        protocol: Protocol::RestJson,
        operations: kafka::OPERATIONS,
        invalid: "BadRequestException",
        throttle: (429, "TooManyRequestsException"),
        global: false,
        tagged: Some(kafka::tagged),
    },
    Service {
        name: "kafkaconnect",
        protocol: Protocol::RestJson,
        operations: kafkaconnect::OPERATIONS,
        invalid: "BadRequestException",
        throttle: (429, "TooManyRequestsException"),
        global: false,
        tagged: Some(kafkaconnect::tagged),
    },
    Service {
        name: "apigateway",
        protocol: Protocol::RestJson,
        operations: apigateway::OPERATIONS,
        invalid: "BadRequestException",
        throttle: (429, "TooManyRequestsException"),
        global: false,
        tagged: Some(apigateway::tagged),
    },
    Service {
        name: "kinesis",
        protocol: Protocol::AwsJson { target: "Kinesis_20131202" },
        operations: kinesis::OPERATIONS,
        invalid: "ValidationException",
        throttle: (400, "LimitExceededException"),
        global: false,
        tagged: Some(kinesis::tagged),
    },
    Service {
        name: "airflow",
        protocol: Protocol::RestJson,
        operations: airflow::OPERATIONS,
        invalid: "ValidationException",
        throttle: (429, "ThrottlingException"),
        global: false,
        tagged: Some(airflow::tagged),
    },
    Service {
        name: "tagging",
        protocol: Protocol::AwsJson { target: "ResourceGroupsTaggingAPI_20170126" },
        operations: tagging::OPERATIONS,
        invalid: "InvalidParameterException",
        throttle: (400, "ThrottledException"),
        global: false,
        tagged: None,
    },
];

/// The service with this signing name.
pub fn find(name: &str) -> Option<&'static Service> {
    ALL.iter().find(|service| service.name == name)
}
