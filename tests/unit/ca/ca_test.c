/* SPDX-License-Identifier: Apache-2.0 */
/* The trial CA as people run it: a SoftHSM2 token, the real program, openssl as the oracle. */
#include <sys/wait.h>
#include <unistd.h>

#include "ca/attestation.h"
#include "crypto/hash.h"
#include "der/name.h"
#include "modules/rig.h"
#include "pki.h"

#define GROUP_HEX	"4242424242424242424242424242424242424242424242424242424242424242"

struct place {
	struct rig	rig;
	struct scratch	dir;
	char		output[2048];
};

static void
place_open(struct place *p)
{
	rig_open(&p->rig);
	scratch_open(&p->dir);
}

static void
place_close(struct place *p)
{
	scratch_close(&p->dir);
	rig_close(&p->rig);
}

/* `propria-trial-ca args` in the scratch directory with this PIN; output in p->output. */
static int
ca_with_pin(struct place *p, const char *pin, const char *args)
{
	char line[2048];
	FILE *f;
	size_t n;
	int status;

	CHECK((size_t)snprintf(line, sizeof(line), "cd '%s' && echo '%s' | '%s' %s 2>&1", p->dir.path, pin,
	    getenv("PROPRIA_TRIAL_CA"), args) < sizeof(line));
	CHECK((f = popen(line, "r")) != NULL);
	n = fread(p->output, 1, sizeof(p->output) - 1, f);
	p->output[n] = '\0';
	status = pclose(f);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
ca(struct place *p, const char *command, const char *more)
{
	char args[1024];

	snprintf(args, sizeof(args), "%s --module '%s' --token " RIG_TOKEN " --pin-fd 0 --dir ca %s",
	    command, p->rig.module, more);
	return ca_with_pin(p, RIG_PIN, args);
}

static bool
said(struct place *p, const char *text)
{
	if (strstr(p->output, text) == NULL)
		print_error("it said: %s\n", p->output);
	return strstr(p->output, text) != NULL;
}

static struct span
write_request(struct place *p, struct soft_key *named, struct soft_key *signer,
    uint8_t mem[CSR_MAX])
{
	uint8_t name[NAME_MAX_DER], info[CSR_MAX], raw[SIGNATURE_MAX], digest[DIGEST_MAX];
	struct writer wn = writer_over(name, sizeof(name)), wi = writer_over(info, sizeof(info)),
	    w = writer_over(mem, CSR_MAX);

	CHECK(name_from_text("CN=Alice Example,C=SE", &wn, NULL));
	csr_info_write(&wi, writer_span(&wn), named->spki);
	CHECK(soft_key_sign(signer, alg_digest(signer->alg, writer_span(&wi), digest), raw, NULL));
	CHECK(csr_write(&w, writer_span(&wi), signer->alg,
	    span_of(raw, signer->alg->signature_len), NULL));
	scratch_write(&p->dir, "csr", writer_span(&w));
	return writer_span(&w);
}

/* PROTOCOL.sam 4.8, kind 1, by this attestation key; `kind` and the rest as said. */
static void
attest(struct soft_key *by, uint8_t kind, uint8_t group, struct span spki, uint16_t alg,
    uint8_t out[ATTESTATION_LEN])
{
	struct writer w = writer_over(out, ATTESTATION_LEN);
	uint8_t g[GROUP_LEN], hash[HASH_LEN], digest[HASH_LEN];
	struct span parts[2] = { { (const uint8_t *)"propria-attestation-v1", 23 } };

	memset(g, group, sizeof(g));
	sha256(spki, hash);
	wr_u8(&w, kind);
	wr_bytes(&w, g, sizeof(g));
	wr_zero(&w, 32);
	wr_bytes(&w, hash, sizeof(hash));
	wr_u16(&w, alg);
	wr_u8(&w, 1);
	wr_u8(&w, 2);
	wr_u64(&w, 1790000000000);
	CHECK(writer_ok(&w) && w.n == ATTESTATION_LEN - 64);
	parts[1] = writer_span(&w);
	sha256_parts(parts, 2, digest);
	CHECK(soft_key_sign(by, span_of(digest, sizeof(digest)), out + w.n, NULL));
}

TEST(it_makes_a_chain_and_issues_what_openssl_and_the_sam_accept)
{
	static const uint16_t all[] = { ALG_ECDSA_P256_SHA256, ALG_ECDSA_P384_SHA384,
		ALG_RSA3072_PKCS1_SHA256, ALG_RSA3072_PSS_SHA256 };
	uint8_t mem[CSR_MAX];
	char line[128];
	struct place p;

	place_open(&p);
	CHECK(ca(&p, "init", "") == 0 && said(&p, "tests only"));
	CHECK(scratch_openssl(&p.dir, "verify -x509_strict -CAfile ca/root.pem ca/issuing.pem") == 0);
	for (size_t i = 0; i < COUNT(all); i++) {
		write_request(&p, soft_key(all[i]), soft_key(all[i]), mem);
		snprintf(line, sizeof(line), "--csr csr --days 30 --policy 1.2.3.4 --out cert%zu.pem", i);
		CHECK(ca(&p, "issue", line) == 0 && said(&p, "CN=Alice Example,C=SE") && said(&p, "tests only"));
		snprintf(line, sizeof(line), "verify -x509_strict -CAfile ca/ca.pem cert%zu.pem", i);
		CHECK(scratch_openssl(&p.dir, line) == 0);
	}
	CHECK(ca(&p, "init", "") == 1 && said(&p, "there already"));
	CHECK(ca(&p, "issue", "--csr csr --days 30 --out cert0.pem") == 1 && said(&p, "there already"));
	place_close(&p);
}

TEST(a_token_of_a_sam_is_refused)
{
	struct place p;

	place_open(&p);
	CHECK(rig_setup(&p.rig) == 0);
	CHECK(ca(&p, "init", "") == 1 && said(&p, "belongs to a SAM"));
	CHECK(scratch_openssl(&p.dir, "x509 -in ca/root.pem -noout") != 0);
	place_close(&p);
}

TEST(a_request_without_possession_or_with_flaws_is_refused)
{
	uint8_t mem[CSR_MAX];
	struct place p;

	place_open(&p);
	CHECK(ca(&p, "issue", "--csr csr --days 30 --out c.pem") == 1);
	CHECK(ca(&p, "init", "") == 0);
	write_request(&p, soft_key(ALG_ECDSA_P256_SHA256), soft_key_other(ALG_ECDSA_P256_SHA256), mem);
	CHECK(ca(&p, "issue", "--csr csr --days 30 --out c.pem") == 1);
	CHECK(said(&p, "not signed by the key"));
	scratch_write(&p.dir, "csr", span_str("nonsense"));
	CHECK(ca(&p, "issue", "--csr csr --days 30 --out c.pem") == 1 && said(&p, "PKCS #10"));
	CHECK(ca(&p, "issue", "--csr none --days 30 --out c.pem") == 1 && said(&p, "cannot read"));
	CHECK(scratch_openssl(&p.dir, "x509 -in c.pem -noout") != 0);
	place_close(&p);
}

static bool
issues_with(struct place *p, struct soft_key *by, uint8_t kind, uint8_t group,
    struct soft_key *named, uint16_t alg)
{
	uint8_t bytes[ATTESTATION_LEN];

	attest(by, kind, group, named->spki, alg, bytes);
	scratch_write(&p->dir, "attestation", span_of(bytes, sizeof(bytes)));
	return ca(p, "issue", "--csr csr --days 30 --out c.pem --attestation attestation "
	    "--attestation-key spki --group " GROUP_HEX) == 0;
}

TEST(the_attestation_must_be_of_this_group_key_and_algorithm)
{
	struct soft_key *key = soft_key(ALG_ECDSA_P256_SHA256);
	struct soft_key *sam = soft_key_other(ALG_ECDSA_P256_SHA256);
	uint8_t mem[CSR_MAX];
	struct place p;

	place_open(&p);
	CHECK(ca(&p, "init", "") == 0);
	write_request(&p, key, key, mem);
	scratch_write(&p.dir, "spki", sam->spki);
	CHECK(!issues_with(&p, key, 1, 0x42, key, 1) && said(&p, "not signed by the given"));
	CHECK(!issues_with(&p, sam, 2, 0x42, key, 1) && said(&p, "not one of a key"));
	CHECK(!issues_with(&p, sam, 1, 0x43, key, 1) && said(&p, "another group"));
	CHECK(!issues_with(&p, sam, 1, 0x42, sam, 1) && said(&p, "another key"));
	CHECK(!issues_with(&p, sam, 1, 0x42, key, 2) && said(&p, "another algorithm"));
	CHECK(issues_with(&p, sam, 1, 0x42, key, 1) && said(&p, "attested by its SAM"));
	CHECK(ca(&p, "issue", "--csr csr --days 30 --out d.pem --attestation attestation") == 2);
	CHECK(ca(&p, "issue", "--csr csr --days 30 --out d.pem --attestation attestation "
	    "--attestation-key spki --group 42") == 1 && said(&p, "hexadecimal"));
	place_close(&p);
}

TEST(no_flip_and_no_cut_of_an_attestation_passes)
{
	struct soft_key *key = soft_key(ALG_ECDSA_P256_SHA256);
	struct soft_key *sam = soft_key_other(ALG_ECDSA_P256_SHA256);
	struct csr csr = { .spki = key->spki, .alg = key->alg };
	uint8_t bytes[ATTESTATION_LEN + 1] = { 0 }, group[GROUP_LEN];

	memset(group, 0x42, sizeof(group));
	attest(sam, 1, 0x42, key->spki, 1, bytes);
	for (size_t n = 0; n <= sizeof(bytes); n++)
		CHECK(attestation_covers(span_of(bytes, n), sam->spki, group, &csr, NULL) ==
		    (n == ATTESTATION_LEN));
	for (size_t bit = 0; bit < ATTESTATION_LEN * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!attestation_covers(span_of(bytes, ATTESTATION_LEN), sam->spki, group, &csr, NULL));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

TEST(the_directory_of_another_ca_is_refused)
{
	struct soft_key *key = soft_key(ALG_ECDSA_P256_SHA256);
	uint8_t mem[CSR_MAX];
	struct place p, other;

	place_open(&p);
	CHECK(ca(&p, "init", "") == 0);
	place_open(&other);
	CHECK(ca(&other, "init", "") == 0);
	write_request(&p, key, key, mem);
	CHECK(ca(&p, "issue", "--csr csr --days 30 --out c.pem") == 1);
	CHECK(said(&p, "not of the issuing key"));
	place_close(&other);
	place_close(&p);
}

TEST(an_ra_has_a_name_and_no_power_to_issue)
{
	struct place p;

	place_open(&p);
	CHECK(ca(&p, "init", "") == 0);
	CHECK(ca(&p, "ra", "--name ../x --out r.pem --key r.key") == 1 && said(&p, "--name"));
	CHECK(ca(&p, "ra", "--name ssa --out r.pem --key r.key") == 0);
	CHECK(scratch_openssl(&p.dir, "verify -CAfile ca/ca.pem r.pem") == 0);
	CHECK(scratch_openssl(&p.dir, "pkey -in r.key -noout") == 0);
	CHECK(ca(&p, "ra", "--name ssa --out s.pem --key s.key") == 1 && said(&p, "there already"));
	CHECK(ca_with_pin(&p, "", "ra --dir ca --name root --certificate ca/root.pem") == 1);
	CHECK(said(&p, "must not be a CA's"));
	CHECK(ca_with_pin(&p, "", "ra --dir ca --name again --certificate r.pem") == 0);
	CHECK(ca_with_pin(&p, "", "ra --dir ca --name none --certificate none") == 1);
	place_close(&p);
}

TEST(a_wrong_pin_or_command_line_does_nothing)
{
	static const char *const bad[] = { "", "frob", "init", "init --module m --token t --pin-fd 0",
		"init --module m --token t --pin-fd x --dir d",
		"init --module m --token t --pin-fd 0 --dir d --days 3",
		"issue --module m --token t --pin-fd 0 --dir d --csr c --days 0 --out o",
		"issue --module m --token t --pin-fd 0 --dir d --csr c --days 1096 --out o",
		"issue --module m --token t --pin-fd 0 --dir d --csr c --days 3",
		"init --module m --token t --pin-fd 0 --dir d more", "init --nonsense",
		"serve --module m --token t --pin-fd 0 --dir d",
		"serve --module m --token t --pin-fd 0 --dir d --port 70000",
		"serve --module m --token t --dir d --port 0",
		"serve --module m --token t --pin-fd 0 --dir d --port 0 --poll 0",
		"serve --module m --token t --pin-fd 0 --dir d --port 0 --group 42",
		"serve --module m --token t --pin-fd 0 --dir d --port 0 --reference me",
		"serve --module m --token t --pin-fd 0 --dir d --port 0 --csr c",
		"ra --dir d --name n", "ra --dir d --name n --out o --key k",
		"ra --dir d --name n --certificate c --key k --out o",
		"ra --module m --token t --pin-fd 0 --dir d --name n --out o",
		"revoke --dir d", "revoke 42", "revoke --dir d 42 43", "revoke --dir d --reason 11 42" };
	char args[1024];
	struct place p;

	place_open(&p);
	for (size_t i = 0; i < COUNT(bad); i++)
		CHECK(ca_with_pin(&p, RIG_PIN, bad[i]) == 2);
	snprintf(args, sizeof(args), "init --module '%s' --token " RIG_TOKEN " --pin-fd 0 --dir ca",
	    p.rig.module);
	CHECK(ca_with_pin(&p, "9999", args) == 1);
	CHECK(said(&p, "PIN") && strstr(p.output, "9999") == NULL);
	place_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_makes_a_chain_and_issues_what_openssl_and_the_sam_accept),
		cmocka_unit_test(a_token_of_a_sam_is_refused),
		cmocka_unit_test(a_request_without_possession_or_with_flaws_is_refused),
		cmocka_unit_test(the_attestation_must_be_of_this_group_key_and_algorithm),
		cmocka_unit_test(no_flip_and_no_cut_of_an_attestation_passes),
		cmocka_unit_test(the_directory_of_another_ca_is_refused),
		cmocka_unit_test(an_ra_has_a_name_and_no_power_to_issue),
		cmocka_unit_test(a_wrong_pin_or_command_line_does_nothing),
	};

	if (rig_is_missing())
		return 77;
	return crypto_start(NULL) ? RUN(tests) : 1;
}
