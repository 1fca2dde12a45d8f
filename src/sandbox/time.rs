//! Instants as the protocols write them. Every argument is virtual time: milliseconds since the epoch.

use serde_json::{Number, Value};

/// `2026-11-23T10:15:00.250Z`, as in EC2, IAM, S3, MSK and MSK Connect.
pub fn iso8601(millis: u64) -> String {
    let Date { year, month, day, hour, minute, second, .. } = Date::of(millis);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", millis % 1_000)
}

/// `2026-11-23T10:15:00Z`: IAM gives whole seconds.
pub fn iso8601_seconds(millis: u64) -> String {
    let Date { year, month, day, hour, minute, second, .. } = Date::of(millis);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Seconds since the epoch with a fraction, as in Kinesis, API Gateway and MWAA.
pub fn epoch_seconds(millis: u64) -> Value {
    // Milliseconds of any year to come fit a double exactly.
    Number::from_f64(millis as f64 / 1_000.0).map_or(Value::Null, Value::Number)
}

/// `Mon, 23 Nov 2026 10:15:00 GMT`, as in HTTP headers.
pub fn http_date(millis: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Date { year, month, day, hour, minute, second, days } = Date::of(millis);
    let weekday = DAYS[(days % 7) as usize];
    let month = MONTHS[(month as usize + 11) % 12];
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

struct Date {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
    days: u64,
}

impl Date {
    /// The proleptic Gregorian date in UTC, counted in 400-year eras that begin on 1 March.
    fn of(millis: u64) -> Self {
        let seconds = millis / 1_000;
        let days = seconds / 86_400;
        let shifted = days + 719_468;
        let era = shifted / 146_097;
        let day_of_era = shifted % 146_097;
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        Self {
            year: year_of_era + era * 400 + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: seconds / 3_600 % 24,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            days,
        }
    }
}
