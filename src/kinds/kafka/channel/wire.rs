//! Channels between our words and the API's.

use super::{
    Channel, Compression, Converter, DeadLetters, Destination, IcebergCompression, IcebergDestination, S3Destination,
    StorageClass,
};
use crate::aws::{self, Error};
use crate::kinds::kafka::cluster::Logs;
use crate::resource::{Auto, Fixed, Ref};
use aws_sdk_kafka::operation::describe_channel::DescribeChannelOutput;
use aws_sdk_kafka::types::{
    Catalog, ChannelLoggingInfo, DeadLetterQueueS3, DestinationTable, EncryptionConfiguration,
    IcebergDestinationConfiguration, PartitionSource, PartitionSpec, PartitionStrategy, RecordConverter, RecordSchema,
    S3DestinationConfiguration, S3Storage, SchemaEvolution, TableCreation, TopicConfiguration,
};

impl Channel {
    pub(super) fn topic_configuration(&self) -> TopicConfiguration {
        let converter = RecordConverter::builder().value_converter((*self.converter).into()).build();
        let schema = self.schema.as_ref().map(|arn| RecordSchema::builder().gsr_arn(arn).build());
        let topic = TopicConfiguration::builder().topic_arn(self.topic.value()).record_converter(converter);
        topic.set_record_schema(schema).build()
    }

    pub(super) fn to_s3(&self, to: &S3Destination) -> S3DestinationConfiguration {
        let storage = S3Storage::builder()
            .bucket_arn(to.bucket.value())
            .set_expected_bucket_owner(to.bucket_owner.clone())
            .set_output_prefix(to.prefix.clone())
            .set_output_key_template((*to.key_template).clone())
            .compression_type(to.compression.into())
            .storage_class(to.storage_class.into());
        let to = S3DestinationConfiguration::builder().storage(storage.build());
        let to = to.dead_letter_queue_s3(self.dead_letter_queue()).service_execution_role_arn(self.role.value());
        to.data_freshness_in_seconds(self.freshness_seconds).build()
    }

    /// Much of it has only one value that MSK takes.
    pub(super) fn to_iceberg(&self, to: &IcebergDestination) -> IcebergDestinationConfiguration {
        let catalog = Catalog::builder().warehouse_location(&to.warehouse).set_catalog_arn((*to.catalog).clone());
        let source = PartitionSource::builder().source_name(&to.partition_by).build();
        let partitions = PartitionSpec::builder().partition_strategy(PartitionStrategy::TimeHour).source_list(source);
        let table = DestinationTable::builder().destination_database_name(&to.database);
        let table = table.destination_table_name(&to.table).partition_spec(partitions.build()).build();
        IcebergDestinationConfiguration::builder()
            .append_only(true)
            .catalog(catalog.build())
            .destination_table_list(table)
            .schema_evolution(SchemaEvolution::builder().enable_schema_evolution(false).build())
            .table_creation(TableCreation::builder().enable_table_creation(true).build())
            .compression_type(to.compression.into())
            .dead_letter_queue_s3(self.dead_letter_queue())
            .service_execution_role_arn(self.role.value())
            .data_freshness_in_seconds(self.freshness_seconds)
            .build()
    }

    fn dead_letter_queue(&self) -> DeadLetterQueueS3 {
        let to = DeadLetterQueueS3::builder().bucket_arn(self.dead_letters.bucket.value());
        let to = to.set_expected_bucket_owner(self.dead_letters.bucket_owner.clone());
        to.set_error_output_prefix(self.dead_letters.prefix.clone()).build()
    }

    pub(super) fn encryption(&self) -> Option<EncryptionConfiguration> {
        self.kms_key.as_ref().map(|key| EncryptionConfiguration::builder().kms_key_arn(key).build())
    }

    pub(super) fn logging(&self) -> Option<ChannelLoggingInfo> {
        let logs = &*self.logs;
        let info = ChannelLoggingInfo::builder().cloud_watch_logs(logs.cloud_watch()).firehose(logs.firehose());
        (*logs != Logs::default()).then(|| info.s3(logs.bucket()).build())
    }
}

/// What AWS reports, as a spec.
pub(super) fn normal_form(cluster: &str, channel: DescribeChannelOutput) -> aws::Result<Channel> {
    let topic = channel.topic_configuration_list.unwrap_or_default().into_iter().next();
    let topic = topic.ok_or_else(|| Error::unreadable("the channel's topic"))?;
    let converter = topic.record_converter.as_ref().and_then(|converter| converter.value_converter.as_ref());
    let converter = converter.ok_or_else(|| Error::unreadable("the channel's value converter"))?;
    let (destination, dead_letters, role, freshness) =
        match (channel.s3_destination_configuration, channel.iceberg_destination_configuration) {
            (Some(to), _) => {
                let destination = Destination::S3(s3(to.storage)?);
                let role = to.service_execution_role_arn;
                (destination, to.dead_letter_queue_s3, role, to.data_freshness_in_seconds)
            }
            (None, Some(mut to)) => {
                let (letters, role) = (to.dead_letter_queue_s3.take(), to.service_execution_role_arn.take());
                let freshness = to.data_freshness_in_seconds;
                (Destination::Iceberg(iceberg(to)?), letters, role, freshness)
            }
            (None, None) => return Err(Error::unreadable("the channel's destination")),
        };
    let dead_letters = dead_letters.ok_or_else(|| Error::unreadable("where the channel puts dead letters"))?;
    let logs = channel.logging_info.map(|logs| Logs::reported(logs.cloud_watch_logs, logs.firehose, logs.s3));
    Ok(Channel {
        cluster: Fixed(Ref::existing(cluster)),
        name: Fixed(channel.channel_name.unwrap_or_default()),
        topic: Fixed(Ref::existing(topic.topic_arn.unwrap_or_default())),
        converter: Fixed(Converter::reported(converter)?),
        schema: Fixed(topic.record_schema.and_then(|schema| schema.gsr_arn)),
        destination: Fixed(destination),
        dead_letters: Fixed(DeadLetters {
            bucket: Ref::existing(dead_letters.bucket_arn.unwrap_or_default()),
            bucket_owner: text(dead_letters.expected_bucket_owner),
            prefix: text(dead_letters.error_output_prefix),
        }),
        role: Fixed(Ref::existing(role.unwrap_or_default())),
        freshness_seconds: freshness.unwrap_or_else(super::ten_minutes),
        kms_key: Fixed(Auto(channel.encryption_configuration.and_then(|encryption| encryption.kms_key_arn))),
        logs: Fixed(logs.unwrap_or_default()),
    })
}

fn text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn s3(storage: Option<S3Storage>) -> aws::Result<S3Destination> {
    let storage = storage.ok_or_else(|| Error::unreadable("the channel's bucket"))?;
    let compression = storage.compression_type.as_ref().map(Compression::reported).transpose()?;
    let class = storage.storage_class.as_ref().map(StorageClass::reported).transpose()?;
    Ok(S3Destination {
        bucket: Ref::existing(storage.bucket_arn.unwrap_or_default()),
        bucket_owner: text(storage.expected_bucket_owner),
        prefix: text(storage.output_prefix),
        key_template: Auto(text(storage.output_key_template)),
        compression: compression.unwrap_or_default(),
        storage_class: class.unwrap_or_default(),
    })
}

fn iceberg(to: IcebergDestinationConfiguration) -> aws::Result<IcebergDestination> {
    let (warehouse, catalog) = to.catalog.map_or((None, None), |all| (all.warehouse_location, all.catalog_arn));
    let table = to.destination_table_list.unwrap_or_default().into_iter().next();
    let table = table.ok_or_else(|| Error::unreadable("the channel's table"))?;
    let source = table.partition_spec.and_then(|spec| spec.source_list?.into_iter().next()?.source_name);
    let compression = to.compression_type.as_ref().map(IcebergCompression::reported).transpose()?;
    Ok(IcebergDestination {
        warehouse: warehouse.unwrap_or_default(),
        catalog: Auto(catalog),
        database: table.destination_database_name.unwrap_or_default(),
        table: table.destination_table_name.unwrap_or_default(),
        partition_by: source.unwrap_or_default(),
        compression: compression.unwrap_or_default(),
    })
}
