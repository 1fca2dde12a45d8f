//! What a channel is made of, and what MSK refuses about it.

use super::bad;
use crate::answer::Fault;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Destination {
    S3(S3Destination),
    Iceberg(IcebergDestination),
}

macro_rules! shape {
    ($($name:ident { $($field:ident: $type:ty,)* })*) => {$(
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub(super) struct $name { $(pub $field: $type,)* }
    )*};
}

shape! {
    TopicConfiguration { record_converter: RecordConverter, record_schema: Option<RecordSchema>, topic_arn: String, }
    RecordConverter { value_converter: Converter, }
    RecordSchema { gsr_arn: String, }
    Encryption { kms_key_arn: String, }
    DeadLetters { bucket_arn: String, error_output_prefix: Option<String>, expected_bucket_owner: Option<String>, }
    S3Destination {
        data_freshness_in_seconds: Option<u32>,
        dead_letter_queue_s3: DeadLetters,
        service_execution_role_arn: String,
        storage: Storage,
    }
    Storage {
        bucket_arn: String,
        compression_type: S3Compression,
        output_prefix: Option<String>,
        output_key_template: Option<String>,
        storage_class: StorageClass,
        expected_bucket_owner: Option<String>,
    }
    IcebergDestination {
        append_only: bool,
        catalog: Option<Catalog>,
        data_freshness_in_seconds: Option<u32>,
        dead_letter_queue_s3: DeadLetters,
        destination_table_list: Vec<Table>,
        schema_evolution: SchemaEvolution,
        service_execution_role_arn: String,
        table_creation: TableCreation,
        compression_type: Option<IcebergCompression>,
    }
    Catalog { catalog_arn: Option<String>, warehouse_location: Option<String>, }
    Table {
        destination_database_name: Option<String>,
        destination_table_name: Option<String>,
        partition_spec: Option<PartitionSpec>,
    }
    PartitionSpec { partition_strategy: PartitionStrategy, source_list: Option<Vec<PartitionSource>>, }
    PartitionSource { source_name: Option<String>, }
    SchemaEvolution { enable_schema_evolution: Option<bool>, }
    TableCreation { enable_table_creation: Option<bool>, }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Converter {
    ByteArray,
    Json,
    JsonSchemaGsr,
    String,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum S3Compression {
    None,
    Gzip,
    Zstd,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum StorageClass {
    Standard,
    IntelligentTiering,
    GlacierIr,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum IcebergCompression {
    Zstd,
    Snappy,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum PartitionStrategy {
    TimeHour,
}

impl Destination {
    pub(super) fn freshness(&mut self) -> &mut Option<u32> {
        match self {
            Self::S3(to) => &mut to.data_freshness_in_seconds,
            Self::Iceberg(to) => &mut to.data_freshness_in_seconds,
        }
    }

    pub(super) fn role(&self) -> &str {
        match self {
            Self::S3(to) => &to.service_execution_role_arn,
            Self::Iceberg(to) => &to.service_execution_role_arn,
        }
    }

    /// The buckets that must be there, but those of S3 Tables.
    pub(super) fn buckets(&self) -> Vec<&str> {
        match self {
            Self::S3(to) => vec![&to.storage.bucket_arn, &to.dead_letter_queue_s3.bucket_arn],
            Self::Iceberg(to) => vec![&to.dead_letter_queue_s3.bucket_arn],
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::S3(_) => "S3",
            Self::Iceberg(_) => "ICEBERG",
        }
    }
}

pub(super) fn check_freshness(seconds: u32) -> Result<(), Fault> {
    if (300..=900).contains(&seconds) {
        return Ok(());
    }
    Err(bad("dataFreshnessInSeconds", "The data freshness must be between 300 and 900 seconds."))
}

pub(super) fn check_destination(destination: &mut Destination, topic: &TopicConfiguration) -> Result<(), Fault> {
    check_freshness(*destination.freshness().get_or_insert(600))?;
    let to = match destination {
        Destination::S3(to) => return check_keys(&to.storage),
        Destination::Iceberg(to) => to,
    };
    to.compression_type.get_or_insert(IcebergCompression::Zstd);
    let converter = topic.record_converter.value_converter;
    let schema = match (converter, &topic.record_schema) {
        (Converter::Json, Some(_)) | (Converter::JsonSchemaGsr, None) => Ok(()),
        (Converter::Json, None) => Err("The JSON value converter requires a record schema."),
        (Converter::JsonSchemaGsr, Some(_)) => Err("The JSON_SCHEMA_GSR value converter takes no record schema."),
        (Converter::ByteArray | Converter::String, _) => {
            Err("Iceberg destinations require the value converter JSON or JSON_SCHEMA_GSR.")
        }
    };
    schema.map_err(|message| bad("recordConverter", message))?;
    if !to.append_only {
        return Err(bad("appendOnly", "The only valid value for appendOnly is true."));
    }
    if to.schema_evolution.enable_schema_evolution == Some(true) {
        return Err(bad("enableSchemaEvolution", "The only valid value for enableSchemaEvolution is false."));
    }
    if to.table_creation.enable_table_creation != Some(true) {
        return Err(bad("enableTableCreation", "The only valid value for enableTableCreation is true."));
    }
    let [table] = to.destination_table_list.as_slice() else {
        return Err(bad("destinationTableList", "The size of list should be between 1 and 1."));
    };
    if table.destination_database_name.is_none() || table.destination_table_name.is_none() {
        return Err(bad("destinationTableList", "Specify the names of the database and of the table."));
    }
    let sources = table.partition_spec.as_ref().and_then(|spec| spec.source_list.as_ref());
    if sources.is_none_or(|sources| sources.len() != 1) {
        return Err(bad("partitionSpec", "The size of list should be between 1 and 1."));
    }
    let Some(warehouse) = to.catalog.as_ref().and_then(|catalog| catalog.warehouse_location.clone()) else {
        return Err(bad("catalog", "Specify the S3 table bucket as warehouse location."));
    };
    let Some((rest, bucket)) =
        warehouse.split_once(":bucket/").filter(|(rest, _)| rest.starts_with("arn:aws:s3tables:"))
    else {
        return Err(bad("warehouseLocation", "The warehouse location must be the ARN of an S3 table bucket."));
    };
    let glue = rest.replacen("arn:aws:s3tables:", "arn:aws:glue:", 1);
    let derived = format!("{glue}:catalog/s3tablescatalog/{bucket}");
    if let Some(catalog) = &mut to.catalog {
        catalog.catalog_arn.get_or_insert(derived);
    }
    Ok(())
}

const VARIABLES: &[&str] = &[
    "channel-id",
    "topic-name",
    "partition-id",
    "kafka-offset",
    "sequence-number",
    "yyyy",
    "YY",
    "MM",
    "dd",
    "HH",
    "mm",
];

fn check_keys(storage: &Storage) -> Result<(), Fault> {
    let Some(template) = &storage.output_key_template else { return Ok(()) };
    let refuse = |message: &str| Err(bad("outputKeyTemplate", message));
    let mut used = vec![];
    let mut literal = String::new();
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once("!{") {
        let Some((name, tail)) = after.split_once('}').filter(|(name, _)| VARIABLES.contains(name)) else {
            return refuse("The output key template contains a variable that is not valid.");
        };
        literal.push_str(before);
        used.push(name);
        rest = tail;
    }
    literal.push_str(rest);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_-.+=".contains(c);
    if !literal.chars().all(allowed) || template.contains("..") || template.ends_with('/') {
        return refuse("The output key template contains one or more characters that are not valid.");
    }
    let uniques = ["sequence-number", "kafka-offset"].map(|name| used.iter().filter(|used| **used == name).count());
    if uniques.iter().sum::<usize>() != 1 {
        return refuse("The output key template must contain exactly one of sequence-number and kafka-offset.");
    }
    let last = template.rsplit('/').next().unwrap_or_default();
    if !last.contains("!{sequence-number}") && !last.contains("!{kafka-offset}") {
        return refuse("sequence-number or kafka-offset must be in the last part of the output key template.");
    }
    if uniques[1] == 1 && !used.contains(&"partition-id") {
        return refuse("The output key template must contain partition-id when it contains kafka-offset.");
    }
    if storage.output_prefix.as_ref().map_or(0, String::len) + template.len() > 1024 {
        return refuse("The output prefix and the output key template must not have more than 1024 characters.");
    }
    Ok(())
}
