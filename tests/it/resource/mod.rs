//! What a resource is made of: addresses, fields, references, policies; and the classes of AWS's errors.

mod address;
mod errors;
mod fields;
mod policy;
mod reference;
