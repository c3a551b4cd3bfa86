//! Configuration: defaults, then a TOML file, then the environment, then flags; the later wins.
//!
//! Unknown members of the file are refused, so that a misspelt one is not lost silently. Secrets
//! come from files only (`database_file`, keys in `data/keys`), never from flags.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use tl_domain::ids::Analyte;

use crate::limits::{BLOB_QUOTA_BYTES, CA_DAYS, DEVICE_CERTIFICATE_DAYS, DISK_FREE_MIN_BYTES};

/// What one instance runs with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where pages and the JSON API listen (HTTPS); port 0 lets the system choose.
    pub page: SocketAddr,
    /// Where devices connect (mutual TLS); port 0 lets the system choose.
    pub device: SocketAddr,
    /// Names and addresses in the server's certificate; the first stands in links.
    pub names: Vec<String>,
    /// Folder of the embedded database, keys, blobs and address files.
    pub data: PathBuf,
    /// Database URL; `sqlite:` or `postgres:`.
    pub database: String,
    /// Host name in QR codes of labels.
    pub qr_host: String,
    /// Base address of the device port as agents reach it; absent: first name and bound port.
    pub device_url: Option<String>,
    /// Substance that the installation accounts for.
    pub substance: Analyte,
    /// Folder of secret keys.
    pub keys: PathBuf,
    /// Witnesses that cosign the logs: `URL VKEY` each.
    pub witnesses: Vec<String>,
    /// PEM of the certificates by which witnesses are known.
    pub witness_ca: Option<PathBuf>,
    /// Most bytes of the files that one party's devices upload.
    pub blob_quota_bytes: u64,
    /// Bytes of the disk that stay free: files that would take them are refused.
    pub disk_free_min_bytes: u64,
    /// Days that a device's certificate is valid.
    pub device_certificate_days: u64,
}

/// The members of the file and of flags and environment: all may be absent.
#[derive(Debug, Clone, Default, Deserialize, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// 网页与接口的监听地址 / address of pages and API, host:port
    #[arg(
        id = "page_address",
        long = "page-address",
        env = "TL_PAGE",
        value_name = "ADDRESS",
        global = true
    )]
    pub page: Option<SocketAddr>,
    /// 设备端口的监听地址 / address of the device port, host:port
    #[arg(
        id = "device_address",
        long = "device-address",
        env = "TL_DEVICE",
        value_name = "ADDRESS",
        global = true
    )]
    pub device: Option<SocketAddr>,
    /// 证书中的域名和 IP / names and IPs in the certificate
    #[arg(long, env = "TL_NAMES", value_name = "NAME", value_delimiter = ',', global = true)]
    pub names: Option<Vec<String>>,
    /// 数据目录 / folder of data and keys
    #[arg(long, env = "TL_DATA", value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// 数据库地址 / database URL
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database: Option<String>,
    /// 存有数据库地址的文件 / file that holds the database URL
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE", global = true)]
    pub database_file: Option<PathBuf>,
    /// 标签二维码中的主机名 / host name in QR codes
    #[arg(long, env = "TL_QR_HOST", value_name = "HOST", global = true)]
    pub qr_host: Option<String>,
    /// 设备访问本服务器的地址 / base address of the device port for agents
    #[arg(long, env = "TL_DEVICE_URL", value_name = "URL", global = true)]
    pub device_url: Option<String>,
    /// 核算物质 / substance that is accounted for
    #[arg(long, env = "TL_SUBSTANCE", value_name = "SYMBOL", global = true)]
    pub substance: Option<String>,
    /// 密钥目录 / folder of secret keys
    #[arg(long, env = "TL_KEYS", value_name = "DIR", global = true)]
    pub keys: Option<PathBuf>,
    /// 第三方存证服务：地址 空格 公钥 / witnesses, `URL VKEY`
    #[arg(
        long = "witness-service",
        env = "TL_WITNESSES",
        value_name = "URL VKEY",
        value_delimiter = ',',
        global = true
    )]
    pub witnesses: Option<Vec<String>>,
    /// 第三方存证服务的 CA 证书 / certificates of the witnesses, PEM
    #[arg(long, env = "TL_WITNESS_CA", value_name = "FILE", global = true)]
    pub witness_ca: Option<PathBuf>,
    /// 每个主体附件的字节上限 / most bytes of one party's files
    #[arg(long, env = "TL_BLOB_QUOTA_BYTES", value_name = "BYTES", global = true)]
    pub blob_quota_bytes: Option<u64>,
    /// 磁盘至少保留的字节数 / bytes of the disk that stay free
    #[arg(long, env = "TL_DISK_FREE_MIN_BYTES", value_name = "BYTES", global = true)]
    pub disk_free_min_bytes: Option<u64>,
    /// 设备证书的有效天数 / days that a device's certificate is valid
    #[arg(long, env = "TL_DEVICE_CERTIFICATE_DAYS", value_name = "DAYS", global = true)]
    pub device_certificate_days: Option<u64>,
}

impl Layer {
    /// This layer, and what it leaves open from `below`. A database in any form covers both forms.
    fn over(self, below: Self) -> Self {
        let database = self.database.is_some() || self.database_file.is_some();
        let (url, file) = if database {
            (self.database, self.database_file)
        } else {
            (below.database, below.database_file)
        };
        Self {
            page: self.page.or(below.page),
            device: self.device.or(below.device),
            names: self.names.or(below.names),
            data: self.data.or(below.data),
            database: url,
            database_file: file,
            qr_host: self.qr_host.or(below.qr_host),
            device_url: self.device_url.or(below.device_url),
            substance: self.substance.or(below.substance),
            keys: self.keys.or(below.keys),
            witnesses: self.witnesses.or(below.witnesses),
            witness_ca: self.witness_ca.or(below.witness_ca),
            blob_quota_bytes: self.blob_quota_bytes.or(below.blob_quota_bytes),
            disk_free_min_bytes: self.disk_free_min_bytes.or(below.disk_free_min_bytes),
            device_certificate_days: self.device_certificate_days.or(below.device_certificate_days),
        }
    }
}

impl Config {
    /// Reads the file, if one is named, and puts flags and environment over it.
    ///
    /// # Errors
    /// A file that can't be read or holds unknown members, and values that can't be used.
    pub fn load(file: Option<&Path>, flags: Layer) -> anyhow::Result<Self> {
        let below = match file {
            Some(path) => read_file(path)?,
            None => Layer::default(),
        };
        Self::from_layer(flags.over(below))
    }

    /// Whether the database is the embedded one in the data folder, not one that was named.
    #[must_use]
    pub fn embedded(&self) -> bool {
        self.database == embedded_url(&self.data)
    }

    fn from_layer(layer: Layer) -> anyhow::Result<Self> {
        let data = layer.data.unwrap_or_else(|| PathBuf::from("data"));
        let names = layer.names.unwrap_or_else(|| {
            vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()]
        });
        let Some(first) = names.first().filter(|name| !name.trim().is_empty()) else {
            bail!("`names` is empty: name at least the host under which people reach the server");
        };
        let database = match (layer.database, layer.database_file) {
            (Some(url), _) => url,
            (None, Some(path)) => fs::read_to_string(&path)
                .with_context(|| format!("database_file: cannot read {}", path.display()))?
                .trim()
                .to_owned(),
            (None, None) => embedded_url(&data),
        };
        let days = layer.device_certificate_days.unwrap_or(DEVICE_CERTIFICATE_DAYS);
        if !(1..=CA_DAYS).contains(&days) {
            bail!("`device_certificate_days` is {days}: 1 to {CA_DAYS} are allowed");
        }
        let substance = layer.substance.unwrap_or_else(|| "Tl".to_owned());
        let substance: Analyte = substance.parse().context("`substance`")?;
        Ok(Self {
            page: layer.page.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8443))),
            device: layer.device.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8444))),
            qr_host: layer.qr_host.unwrap_or_else(|| first.clone()),
            device_url: layer.device_url,
            keys: layer.keys.unwrap_or_else(|| data.join("keys")),
            witnesses: layer.witnesses.unwrap_or_default(),
            witness_ca: layer.witness_ca,
            blob_quota_bytes: layer.blob_quota_bytes.unwrap_or(BLOB_QUOTA_BYTES),
            disk_free_min_bytes: layer.disk_free_min_bytes.unwrap_or(DISK_FREE_MIN_BYTES),
            device_certificate_days: days,
            substance,
            names,
            database,
            data,
        })
    }
}

fn embedded_url(data: &Path) -> String {
    format!("sqlite:{}", data.join("tltrace.db").display())
}

fn read_file(path: &Path) -> anyhow::Result<Layer> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("configuration {}", path.display()))
}

#[cfg(test)]
mod tests;
