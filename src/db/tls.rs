//! TLS as libpq words it: encrypt only, verify the chain, or verify chain and name.
//!
//! One crypto provider serves the whole process: ring. A second one in the tree (aws-lc-rs) would
//! make rustls panic when something asks for the default, so ours is installed explicitly.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio_postgres::config::SslNegotiation;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::DbError;
use super::url::DatabaseUrl;

/// What is verified of the server, against what, and who we say we are.
///
/// Whether TLS is tried at all is the driver's `sslmode`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsMode {
    /// How much of the server's certificate is verified.
    pub verify: Verify,
    /// Whom we trust to vouch for the server.
    pub roots: Roots,
    /// PEM files of our own certificate chain and its key, for servers that ask for them.
    pub client: Option<(PathBuf, PathBuf)>,
}

/// How much of the server's certificate is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// Nothing: the line is encrypted, and anybody may be at its other end.
    Nothing,
    /// That a trusted authority issued it, to whatever name.
    Chain,
    /// That a trusted authority issued it to the host we asked for.
    ChainAndName,
}

/// Whom we trust to vouch for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roots {
    /// The operating system's store.
    System,
    /// The certificates of a PEM file.
    File(PathBuf),
}

/// Makes ring the process's crypto provider. Harmless when called twice.
pub fn install_crypto_provider() {
    // The only failure is that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// What the driver needs to speak TLS with this database.
///
/// # Errors
/// A certificate file that is missing or not PEM, or a system without any root certificates.
pub(super) fn connector(url: &DatabaseUrl) -> Result<MakeRustlsConnect, DbError> {
    let mode = url.tls();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier {
        verify: mode.verify,
        chain: chain_verifier(mode, &provider)?,
        pinned: pinned(mode)?,
        provider: Arc::clone(&provider),
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| DbError::tls_setup(&error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match &mode.client {
        Some((certificate, key)) => {
            let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
            builder
                .with_client_auth_cert(read_certificates(certificate)?, key)
                .map_err(|error| DbError::tls_setup(&format!("sslcert and sslkey: {error}")))?
        }
        None => builder.with_no_client_auth(),
    };
    // A server that is spoken to in TLS from the first byte tells PostgreSQL by this name.
    if url.config().get_ssl_negotiation() == SslNegotiation::Direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(MakeRustlsConnect::new(config))
}

/// The verifier of the chain, or None where nothing is verified.
fn chain_verifier(
    mode: &TlsMode,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Arc<dyn ServerCertVerifier>>, DbError> {
    if mode.verify == Verify::Nothing {
        return Ok(None);
    }
    let setup = |error: &dyn std::fmt::Display| DbError::tls_setup(&error.to_string());
    let Roots::File(path) = &mode.roots else {
        let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(provider))
            .map_err(|error| setup(&error))?;
        return Ok(Some(Arc::new(verifier)));
    };
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(path)? {
        roots
            .add(certificate)
            .map_err(|error| unreadable(path, &error))?;
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map(|verifier| Some(verifier as Arc<dyn ServerCertVerifier>))
        .map_err(|error| setup(&error))
}

/// The certificates of the given file, each of which is also trusted as a server's own.
fn pinned(mode: &TlsMode) -> Result<Vec<CertificateDer<'static>>, DbError> {
    match &mode.roots {
        Roots::File(path) if mode.verify != Verify::Nothing => read_certificates(path),
        _ => Ok(Vec::new()),
    }
}

/// Reads every certificate of a PEM file; none at all is an error.
fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, DbError> {
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(path, &error))?;
    if certificates.is_empty() {
        return Err(unreadable(path, &"it holds no certificate"));
    }
    Ok(certificates)
}

/// The error of a certificate or key file that cannot be used.
fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> DbError {
    DbError::tls_setup(&format!("{} cannot be used: {error}", path.display()))
}

/// Verifies as much as `verify` asks for.
#[derive(Debug)]
struct Verifier {
    verify: Verify,
    /// None where nothing is verified.
    chain: Option<Arc<dyn ServerCertVerifier>>,
    pinned: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        // A self-signed server certificate handed out as the root is common on hosts of one's own;
        // the chain builder refuses an authority as a server, though it is the very one we trust.
        if self.pinned.iter().any(|trusted| trusted == end_entity) {
            if self.verify == Verify::ChainAndName {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            }
            return Ok(ServerCertVerified::assertion());
        }
        let verdict =
            chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verdict {
            // The name is looked at last, so a wrong name means that the chain was right.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.verify == Verify::Chain => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    // The handshake's signature is verified even where the certificate is not: channel binding
    // relies on the server holding the key of the certificate it shows.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
