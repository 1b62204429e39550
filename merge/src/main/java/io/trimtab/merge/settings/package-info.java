/**
 * What a run may ask of the update: optimizer, schedules, the merge rule and its switches, as checked values, and the parts of a saved
 * state that follow from them. The configuration makes them; they know neither its keys' file nor how a step is computed.
 */
@NullMarked
package io.trimtab.merge.settings;

import org.jspecify.annotations.NullMarked;
