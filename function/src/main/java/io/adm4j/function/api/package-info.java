/**
 * The description of the HTTP interface at {@code /q/openapi}: the file {@code META-INF/openapi.yaml} with the settings of the
 * function put in. It covers Funqy's functions too, which Quarkus does not see.
 *
 * <p>Builds on {@code service}.
 */
package io.adm4j.function.api;
