//! The command line as people see it.

mod init;
mod processes;
pub mod transcript;

use std::collections::BTreeSet;

macro_rules! transcripts {
    ($($name:ident)*) => {
        mod transcripts {
            $(#[test]
            fn $name() {
                super::transcript::play(&stringify!($name).replace('_', "-"));
            })*
        }

        #[test]
        fn every_transcript_is_played() {
            let played: BTreeSet<String> = [$(stringify!($name)),*].map(|name| name.replace('_', "-")).into();
            let files = std::fs::read_dir(transcript::folder()).unwrap();
            let files = files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
            assert_eq!(played, files.collect());
        }
    };
}

transcripts! {
    adopt
    apply
    apply_saved
    colours
    data_loss
    destroy
    drift
    export
    foreign
    graph
    help
    iam_policy
    init
    manifests
    plan
    plan_json
    plan_target
    status
    usage
    validate
}
