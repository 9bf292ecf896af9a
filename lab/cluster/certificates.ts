import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its private key, both as PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends KeyPair {
  /** A certificate for one name of use, signed by this authority. */
  readonly issue: (request: CertificateRequest) => Promise<KeyPair>;
}

interface CertificateRequest {
  readonly commonName: string;
  /** Kubernetes takes organisations as groups. */
  readonly organisation?: string;
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  /** From yesterday on for a year by default. */
  readonly validity?: Validity;
}

interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256" };
const signingAlgorithm = { name: "ECDSA", hash: "SHA-256" };
const oneDay = 24 * 60 * 60 * 1000;
const lifetime = 365 * oneDay;

/** Makes a certificate authority that lives as long as one lab, at most a year. */
export async function createAuthority(commonName: string): Promise<Authority> {
  const keys = await generateKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm,
    ...aYear(),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authority(root, keys);
}

/** An authority from its two PEM texts, to issue more certificates with. */
export async function loadAuthority({ certificate, key }: KeyPair): Promise<Authority> {
  const root = new X509Certificate(certificate);
  const [pkcs8] = PemConverter.decode(key);
  if (pkcs8 === undefined) throw new TypeError("the authority's key is not PEM");
  const privateKey = await webcrypto.subtle.importKey("pkcs8", pkcs8, keyAlgorithm, true, ["sign"]);
  const publicKey = await root.publicKey.export(keyAlgorithm, ["verify"]);
  return authority(root, { privateKey, publicKey });
}

async function authority(root: X509Certificate, keys: CryptoKeyPair): Promise<Authority> {
  return {
    certificate: root.toString("pem"),
    key: await exportKey(keys),
    issue: (request) => issue(root, keys, request),
  };
}

/** A key that signs service account tokens, and its public half. */
export async function createSigningKey(): Promise<{ publicKey: string; key: string }> {
  const keys = await generateKeys();
  const spki = await webcrypto.subtle.exportKey("spki", keys.publicKey);
  return { publicKey: PemConverter.encode(spki, PemConverter.PublicKeyTag), key: await exportKey(keys) };
}

/** A certificate that vouches for itself, as nobody's authority. */
export async function createSelfSigned(request: CertificateRequest): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: subject(request),
    keys,
    signingAlgorithm,
    ...(request.validity ?? aYear()),
    extensions: await leafExtensions(keys, request),
  });
  return { certificate: certificate.toString("pem"), key: await exportKey(keys) };
}

async function issue(
  root: X509Certificate,
  rootKeys: CryptoKeyPair,
  request: CertificateRequest,
): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    subject: subject(request),
    issuer: root.subject,
    publicKey: keys.publicKey,
    signingKey: rootKeys.privateKey,
    signingAlgorithm,
    ...(request.validity ?? aYear()),
    extensions: [
      ...(await leafExtensions(keys, request)),
      await AuthorityKeyIdentifierExtension.create(root.publicKey),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await exportKey(keys) };
}

function subject({ commonName, organisation }: CertificateRequest): JsonName {
  return [{ CN: [commonName] }, ...(organisation ? [{ O: [organisation] }] : [])];
}

async function leafExtensions(keys: CryptoKeyPair, request: CertificateRequest): Promise<Extension[]> {
  const names = [
    ...(request.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(request.addresses ?? []).map((value) => ({ type: "ip" as const, value })),
  ];
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
  ];
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

async function generateKeys(): Promise<CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
}

async function exportKey(keys: CryptoKeyPair): Promise<string> {
  return PemConverter.encode(
    await webcrypto.subtle.exportKey("pkcs8", keys.privateKey),
    PemConverter.PrivateKeyTag,
  );
}

function aYear(): Validity {
  return { notBefore: new Date(Date.now() - oneDay), notAfter: new Date(Date.now() + lifetime) };
}
