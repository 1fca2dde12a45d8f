//! What another tool gets to take a stack over.

use crate::report::{address, header, live};
use aqueduct::kinds;
use aqueduct::kinds::apigateway::Parts;
use aqueduct::report::{ApiParts, terraform_imports};
use aqueduct::resource::Live;
use aqueduct::world::World;
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[test]
fn an_export_takes_along_everything_and_says_what_it_cannot() {
    let mut world = World::default();
    let mut add = |at: &str, id: &str, spec: Value| {
        world.resources.insert(address(at), Live { spec, ..live(id) });
    };
    add("ec2/route-table/private", "rtb-1", json!({ "subnets": ["subnet-1", "subnet-2"] }));
    let role = json!({ "inline": { "read": {} }, "managed": ["arn:aws:iam::aws:policy/ReadOnlyAccess"] });
    add("iam/role/reader", "demo-${reader}", role);
    add("s3/bucket/data", "demo-data", json!({ "versioning": true, "policy": null, "lifecycle": [{}] }));
    add("kafka/topic/orders.new", "arn:of\ntopic", json!({}));
    add("kafka/topic/orders_new", "arn:of:topic", json!({}));
    add("kinesis/stream/1.a", "a", json!({}));
    add("kinesis/stream/1_a", "b", json!({}));
    assert_snapshot!(terraform_imports(&header(), &world, &ApiParts::new()), @r#"
    # Stack demo in account 111111111111. To take it over, in this folder:
    #   terraform init
    #   terraform plan -generate-config-out=generated.tf
    #   terraform apply

    terraform {
      required_providers {
        aws = {
          source = "hashicorp/aws"
        }
      }
    }

    provider "aws" {
      region              = "us-east-1"
      allowed_account_ids = ["111111111111"]
    }

    import {
      to = aws_route_table.private
      id = "rtb-1"
    }

    import {
      to = aws_route_table_association.private-subnet-1
      id = "subnet-1/rtb-1"
    }

    import {
      to = aws_route_table_association.private-subnet-2
      id = "subnet-2/rtb-1"
    }

    import {
      to = aws_iam_role.reader
      id = "demo-$${reader}"
    }

    import {
      to = aws_iam_role_policy.reader-read
      id = "demo-$${reader}:read"
    }

    import {
      to = aws_iam_role_policy_attachment.reader-ReadOnlyAccess
      id = "demo-$${reader}/arn:aws:iam::aws:policy/ReadOnlyAccess"
    }

    # kafka/topic/orders.new (arn:of topic): the provider has no resource for it.

    # kafka/topic/orders_new (arn:of:topic): the provider has no resource for it.

    import {
      to = aws_kinesis_stream._1_a
      id = "a"
    }

    import {
      to = aws_kinesis_stream._1_a_
      id = "b"
    }

    import {
      to = aws_s3_bucket.data
      id = "demo-data"
    }

    import {
      to = aws_s3_bucket_versioning.data
      id = "demo-data"
    }

    import {
      to = aws_s3_bucket_server_side_encryption_configuration.data
      id = "demo-data"
    }

    import {
      to = aws_s3_bucket_public_access_block.data
      id = "demo-data"
    }

    import {
      to = aws_s3_bucket_ownership_controls.data
      id = "demo-data"
    }

    import {
      to = aws_s3_bucket_lifecycle_configuration.data
      id = "demo-data"
    }
    "#);
}

/// A new kind is to be exported, too, or to be named here because the provider does not know it.
#[test]
fn every_kind_is_exported() {
    let unknown = ["kafka/channel", "kafka/topic"];
    for kind in kinds::names() {
        let mut world = World::default();
        world.resources.insert(address(&format!("{kind}/x")), live("x"));
        let exported = terraform_imports(&header(), &world, &ApiParts::new()).contains("import {");
        assert_eq!(exported, !unknown.contains(&kind), "{kind}");
    }
}

#[test]
fn an_api_takes_its_tree_along() {
    let mut world = World::default();
    let routes = json!({ "GET /": { "responses": {} }, "PUT /streams/{name}": { "responses": { "200": {} } } });
    let spec = json!({ "routes": routes, "gateway_responses": { "DEFAULT_4XX": {} } });
    world.resources.insert(address("apigateway/rest-api/main"), Live { spec, ..live("api1") });
    let outputs = BTreeMap::from([("deployment".to_owned(), "dep1".to_owned())]);
    let stage = Live { outputs, ..live("api1/test") };
    let spec = json!({ "api": "api1", "method_settings": { "*/*": {} } });
    world.resources.insert(address("apigateway/stage/main"), Live { spec, ..stage });
    let ids = [("/", "root"), ("/streams", "res1"), ("/streams/{name}", "res2")];
    let resources = ids.into_iter().map(|(path, id)| (path.to_owned(), id.to_owned())).collect();
    let (models, validators) = (["Record".to_owned()].into(), ["val1".to_owned()].into());
    let parts = Parts { resources, models, validators, authorizers: ["aut1".to_owned()].into() };
    let exported = terraform_imports(&header(), &world, &ApiParts::from([("api1".to_owned(), parts)]));
    let imports: Vec<String> = exported
        .split("import {")
        .skip(1)
        .map(|import| import.replace("\n  ", " ").replace("\n}\n", "").trim().to_owned())
        .collect();
    assert_snapshot!(imports.join("\n"), @r#"
    to = aws_api_gateway_rest_api.main id = "api1"
    to = aws_api_gateway_model.main-Record id = "api1/Record"
    to = aws_api_gateway_request_validator.main-val1 id = "api1/val1"
    to = aws_api_gateway_authorizer.main-aut1 id = "api1/aut1"
    to = aws_api_gateway_resource.main_streams id = "api1/res1"
    to = aws_api_gateway_resource.main_streams__name_ id = "api1/res2"
    to = aws_api_gateway_method.main-GET_ id = "api1/root/GET"
    to = aws_api_gateway_integration.main-GET_ id = "api1/root/GET"
    to = aws_api_gateway_method.main-PUT_streams__name_ id = "api1/res2/PUT"
    to = aws_api_gateway_integration.main-PUT_streams__name_ id = "api1/res2/PUT"
    to = aws_api_gateway_method_response.main-PUT_streams__name_-200 id = "api1/res2/PUT/200"
    to = aws_api_gateway_integration_response.main-PUT_streams__name_-200 id = "api1/res2/PUT/200"
    to = aws_api_gateway_gateway_response.main-DEFAULT_4XX id = "api1/DEFAULT_4XX"
    to = aws_api_gateway_stage.main id = "api1/test"
    to = aws_api_gateway_deployment.main id = "api1/dep1"
    to = aws_api_gateway_method_settings.main-___ id = "api1/test/*/*"
    "#);
}
