/* SPDX-License-Identifier: Apache-2.0 */
/* propria-ssa client add|list|remove: the administrator's hand on the table of clients. */
#ifndef SSA_OAUTH_CLIENT_COMMAND_H
#define SSA_OAUTH_CLIENT_COMMAND_H

#define CLIENT_USAGE \
    "       propria-ssa client list -c FILE\n" \
    "       propria-ssa client remove -c FILE CLIENT_ID\n" \
    "       propria-ssa client add -c FILE --kind public|secret|key --name NAME [--id CLIENT_ID]\n" \
    "           [--redirect URI]... [--scope service,credential] [--grant code,refresh,client]\n" \
    "           [--secret-fd N | --jwk FILE]\n"

/* argv[0] is "client". Its exit status. */
int	client_command(int argc, char **argv);

#endif
