//! Error codes and problem+json (RFC 9457).
//!
//! One table: code, HTTP status, Chinese and English title. Codes are stable: clients may rely on
//! them, titles may be reworded.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($variant:ident = $code:literal, $status:literal, $zh:literal, $en:literal;)+) => {
        /// A stable error code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode {
            $(#[doc = $en] $variant,)+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as sent.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// HTTP status.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// Chinese title.
            #[must_use]
            pub fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)+ }
            }

            /// English title.
            #[must_use]
            pub fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }
        }
    };
}

codes! {
    // Entries that can't be facts (DESIGN §6).
    EnvelopeForm = "envelope-form", 422, "记录格式不规范", "The envelope is malformed or not canonical";
    TooLarge = "too-large", 413, "内容超过大小限制", "The content is larger than allowed";
    EntryForm = "entry-form", 422, "记录内容不符合格式", "The entry does not have the form of its kind";
    UnknownUnit = "unknown-unit", 422, "未知的计量单位", "The entry holds an unknown unit";
    UnknownKey = "unknown-key", 422, "签名密钥未登记", "No enrolled key of this device signed the entry";
    BadSignature = "bad-signature", 422, "签名不正确", "The signature does not verify";
    WrongLog = "wrong-log", 422, "记录不属于该企业台账", "The entry belongs to another log or device";
    KindNotAllowed = "kind-not-allowed", 422,
        "该设备无权记录此类事项", "The device's role may not write this kind";
    BadPrev = "bad-prev", 422, "与上一条记录衔接不上", "prev is not the hash of the stream's previous entry";
    // The API.
    BadRequest = "bad-request", 400, "请求有误", "The request is malformed";
    NotSignedIn = "not-signed-in", 401, "请先登录", "Sign in first";
    SecondFactor = "second-factor", 401, "还需要动态码", "The second factor is needed";
    Forbidden = "forbidden", 403, "没有权限", "Not allowed for this account";
    NotFound = "not-found", 404, "没有找到", "Not found";
    Conflict = "conflict", 409, "与现有记录冲突", "In conflict with what is recorded";
    Refused = "refused", 422, "不能记录", "The capture was refused";
    TokenInvalid = "token-invalid", 403,
        "登记口令无效、已用或过期", "The enrolment token is wrong, used or expired";
    DeviceUnknown = "device-unknown", 403, "设备未登记或已注销", "The device is not enrolled or was revoked";
    QuotaExceeded = "quota-exceeded", 507,
        "该企业的附件空间已用完", "The party's files may take no more room";
    DiskLow = "disk-low", 507,
        "服务器磁盘空间不足，暂不接收附件", "The server's disk is nearly full; files are not taken";
    RateLimited = "rate-limited", 429, "操作过于频繁，请稍后再试", "Too many requests; try again later";
    Busy = "busy", 503, "系统繁忙，请稍后重试", "The queue is full; try again";
    Unavailable = "unavailable", 503,
        "数据库暂不可用，数据未丢失，请稍后重试", "The database is unavailable; nothing was taken";
    Internal = "internal", 500, "系统内部错误", "Internal error";
}

/// An error answer (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:tltrace:error:CODE`.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// Title in the language of the request.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: String,
    /// What was read, where, why and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Problem {
    /// A problem with its detail; titles are Chinese unless English is asked for.
    #[must_use]
    pub fn new(code: ErrorCode, detail: impl Into<String>, english: bool) -> Self {
        let detail = detail.into();
        Self {
            type_uri: format!("urn:tltrace:error:{}", code.code()),
            title: if english { code.en() } else { code.zh() }.to_owned(),
            status: code.status(),
            code: code.code().to_owned(),
            detail: (!detail.is_empty()).then_some(detail),
        }
    }
}
