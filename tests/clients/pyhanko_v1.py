#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# pyHanko, unchanged, signs a PDF through CSC v1. What pyHanko leaves to its user is here: how the SAD is had.
#
#	pyhanko_v1.py FUNCTION SSA-URL DIRECTORY APPROVER KEY SIGNER
#
# Ends with 77 where pyHanko is not installed. docs/clients.md says how it is had.
import asyncio
import io
import ssl as tls
import sys

try:
    import aiohttp
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign import PdfSignatureMetadata, signers
    from pyhanko.sign.signers.csc_signer import (CSCAuthorizationManager, CSCServiceSessionInfo, CSCSigner,
                                                 fetch_certs_in_csc_credential)
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext
except ImportError as e:
    print('pyHanko: %s' % e)
    sys.exit(77)

from ssa import Ssa


def blank_pdf():
    parts = [b'<< /Type /Catalog /Pages 2 0 R >>', b'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
             b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources << >> >>']
    out, at = b'%PDF-1.7\n', []
    for i, p in enumerate(parts):
        at.append(len(out))
        out += b'%d 0 obj\n%s\nendobj\n' % (i + 1, p)
    table = b''.join(b'%010d 00000 n \n' % n for n in at)
    return out + b'xref\n0 4\n0000000000 65535 f \n%strailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % (
        table, len(out))


class ByDevice(CSCAuthorizationManager):
    """Mode explicit: the approval of the signer's device takes the place of an OTP."""
    session = None
    ssa = None

    async def authorize_signature(self, hash_b64s):
        body = self.format_csc_auth_request(otp=self.ssa.approval(hash_b64s), hash_b64s=hash_b64s,
                                            description='a contract')
        url = self.csc_session_info.endpoint_url('credentials/authorize')
        async with self.session.post(url, json=body, headers=self.auth_headers, raise_for_status=True) as r:
            return self.parse_csc_auth_response(await r.json())


async def signed(s, authorization):
    context = tls.create_default_context(cafile=s.directory + '/server.pem')
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        info = CSCServiceSessionInfo(s.url, s.key, oauth_token=s.token)
        credential = await fetch_certs_in_csc_credential(session, info)
        if not credential.hash_pinning_required:
            raise SystemExit('SCAL 2 was expected')
        manager = authorization(info, credential)
        manager.session, manager.ssa = session, s
        out = io.BytesIO()
        await signers.PdfSigner(PdfSignatureMetadata(field_name='Signature', md_algorithm='sha256'),
                                CSCSigner(session, manager)).async_sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(blank_pdf())), output=out)
        return credential, out


def holds(credential, out):
    """Intact over the whole file, by the key in the certificate; trusted by its own chain's top."""
    roots = credential.chain[-1:] or [credential.signing_cert]
    status = validate_pdf_signature(PdfFileReader(out).embedded_signatures[0],
                                    ValidationContext(trust_roots=roots, allow_fetching=False))
    print(status.summary())
    return status.intact and status.valid and status.coverage.name == 'ENTIRE_FILE'


def explicit(s):
    s.login()
    credential, out = asyncio.run(signed(s, ByDevice))
    if not holds(credential, out):
        raise SystemExit('the signature in the PDF does not hold')


if __name__ == '__main__':
    {'explicit': explicit}[sys.argv[1]](Ssa(*sys.argv[2:]))
