import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { createAuthority } from "../../lab/cluster/certificates.ts";

it("issues certificates that chain to their authority and name what was asked for", async () => {
  const authority = await createAuthority("test");
  const issued = await authority.issue({
    commonName: "system:node:n",
    organisation: "system:nodes",
    dnsNames: ["n"],
    addresses: ["198.18.0.11"],
  });
  const certificate = new X509Certificate(issued.certificate);
  expect(certificate.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
  expect(certificate.subject).toContain("O=system:nodes");
  expect(certificate.checkHost("n")).toBe("n");
  expect(certificate.checkIP("198.18.0.11")).toBe("198.18.0.11");
  expect(certificate.ca).toBe(false);
});
