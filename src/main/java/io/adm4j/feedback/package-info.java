/**
 * What reaches the person who uses the program: mistakes in what was given, and the progress of long tasks. No terminal and
 * no other package of ours may come in here.
 */
package io.adm4j.feedback;
