"""DIAGNOSE: one module a rule, each with its detection, its symptoms and its page.

To add a rule, write its module (the docstring is its page, see `loadstone.rules.rule`), give it a line in ``RULES``, a
fixture that it fires on, and run ``python tasks/docs.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.errors import LoadstoneError
from loadstone.rules import (
    ls101_missing_path,
    ls102_unreadable,
    ls103_empty_file,
    ls104_git_lfs_pointer,
    ls105_html_page,
    ls106_truncated,
    ls107_damaged,
    ls108_not_a_model,
    ls109_mislabelled,
    ls110_incomplete,
    ls111_oversized,
    ls112_weights_only,
    ls113_path_encoding,
    ls201_no_keras,
    ls202_addons_not_importable,
    ls203_addons_missing,
    ls204_operators_missing,
    ls205_archive_too_new,
    ls206_keras3_file,
    ls207_saved_model_in_keras3,
    ls208_saved_model_too_new,
    ls209_h5py_too_new,
    ls210_reads_hdf5_only,
    ls211_metadata_too_new,
    ls212_no_objects,
    ls213_open_environment,
    ls214_package_too_new,
    ls215_two_kerases,
    ls216_numpy_binary,
    ls217_numpy_removed,
    ls218_package_too_old,
    ls219_no_wheel,
    ls220_keras_mismatch,
    ls221_package_mismatch,
    ls222_native_library,
    ls301_unresolvable_object,
    ls302_unknown_object,
    ls303_absent_built_in,
    ls304_keras2_archive,
    ls305_operator_layer,
    ls306_unaccepted_argument,
    ls307_changed_meaning,
    ls308_slash_in_layer_name,
    ls309_bare_nested_layer,
    ls310_tensor_argument,
    ls311_alias_loss,
    ls312_nested_model_call,
    ls313_moved_module,
    ls315_listed_output,
    ls316_shadowed_name,
    ls401_optimizer_state,
    ls402_weights_mismatch,
    ls403_attention_of_2_4,
    ls404_changed_weights,
    ls405_archive_layout,
    ls406_unbuilt_optimizer,
    ls407_gpu_only_layer,
    ls408_unread_variables,
    ls501_stored_program,
    ls502_leaves_file,
    ls503_file_operation,
    ls504_path_in_settings,
    ls505_foreign_callable,
    ls506_escaping_name,
    ls507_impostor_name,
    ls508_carried_program,
    ls509_hidden_graph,
    ls510_inflating_member,
    ls511_runs_when_opened,
    ls601_own_class,
    ls602_removed_keras_api,
    ls603_tensorflow_1_api,
    ls604_not_a_keras_model,
    ls605_other_inputs,
    ls606_no_get_config,
    ls607_hdf5_limits,
    ls608_pickled_model,
    ls609_other_runtime,
    ls610_lookup_tables,
    ls611_mixed_precision,
    ls612_variables_missing,
    ls613_addons_code,
    ls614_sequential_shape,
    ls615_unbuilt_model,
)

if TYPE_CHECKING:
    from loadstone.artifact import Artifact
    from loadstone.environment import Alternatives, Environment
    from loadstone.finding import Diagnosis
    from loadstone.needs import Needs
    from loadstone.rules.case import Advice
    from loadstone.rules.rule import Rule

__all__ = ["RULES", "diagnose", "rule"]

#: Every rule, in the order of its code.
RULES: tuple[Rule, ...] = (
    ls101_missing_path.RULE,
    ls102_unreadable.RULE,
    ls103_empty_file.RULE,
    ls104_git_lfs_pointer.RULE,
    ls105_html_page.RULE,
    ls106_truncated.RULE,
    ls107_damaged.RULE,
    ls108_not_a_model.RULE,
    ls109_mislabelled.RULE,
    ls110_incomplete.RULE,
    ls111_oversized.RULE,
    ls112_weights_only.RULE,
    ls113_path_encoding.RULE,
    ls201_no_keras.RULE,
    ls202_addons_not_importable.RULE,
    ls203_addons_missing.RULE,
    ls204_operators_missing.RULE,
    ls205_archive_too_new.RULE,
    ls206_keras3_file.RULE,
    ls207_saved_model_in_keras3.RULE,
    ls208_saved_model_too_new.RULE,
    ls209_h5py_too_new.RULE,
    ls210_reads_hdf5_only.RULE,
    ls211_metadata_too_new.RULE,
    ls212_no_objects.RULE,
    ls213_open_environment.RULE,
    ls214_package_too_new.RULE,
    ls215_two_kerases.RULE,
    ls216_numpy_binary.RULE,
    ls217_numpy_removed.RULE,
    ls218_package_too_old.RULE,
    ls219_no_wheel.RULE,
    ls220_keras_mismatch.RULE,
    ls221_package_mismatch.RULE,
    ls222_native_library.RULE,
    ls301_unresolvable_object.RULE,
    ls302_unknown_object.RULE,
    ls303_absent_built_in.RULE,
    ls304_keras2_archive.RULE,
    ls305_operator_layer.RULE,
    ls306_unaccepted_argument.RULE,
    ls307_changed_meaning.RULE,
    ls308_slash_in_layer_name.RULE,
    ls309_bare_nested_layer.RULE,
    ls310_tensor_argument.RULE,
    ls311_alias_loss.RULE,
    ls312_nested_model_call.RULE,
    ls313_moved_module.RULE,
    ls315_listed_output.RULE,
    ls316_shadowed_name.RULE,
    ls401_optimizer_state.RULE,
    ls402_weights_mismatch.RULE,
    ls403_attention_of_2_4.RULE,
    ls404_changed_weights.RULE,
    ls405_archive_layout.RULE,
    ls406_unbuilt_optimizer.RULE,
    ls407_gpu_only_layer.RULE,
    ls408_unread_variables.RULE,
    ls501_stored_program.RULE,
    ls502_leaves_file.RULE,
    ls503_file_operation.RULE,
    ls504_path_in_settings.RULE,
    ls505_foreign_callable.RULE,
    ls506_escaping_name.RULE,
    ls507_impostor_name.RULE,
    ls508_carried_program.RULE,
    ls509_hidden_graph.RULE,
    ls510_inflating_member.RULE,
    ls511_runs_when_opened.RULE,
    ls601_own_class.RULE,
    ls602_removed_keras_api.RULE,
    ls603_tensorflow_1_api.RULE,
    ls604_not_a_keras_model.RULE,
    ls605_other_inputs.RULE,
    ls606_no_get_config.RULE,
    ls607_hdf5_limits.RULE,
    ls608_pickled_model.RULE,
    ls609_other_runtime.RULE,
    ls610_lookup_tables.RULE,
    ls611_mixed_precision.RULE,
    ls612_variables_missing.RULE,
    ls613_addons_code.RULE,
    ls614_sequential_shape.RULE,
    ls615_unbuilt_model.RULE,
)


def diagnose(
    artifact: Artifact,
    environment: Environment | Alternatives,
    *,
    needs: Needs | None = None,
    advice: Advice | None = None,
) -> Diagnosis:
    """Every reason why a model does not load in an environment, and the verdict; see `loadstone.rules.verdict`.

    Of an environment that is described, and may be one of several, the newest is told of, and the verdict is the one
    that holds for all.

    This judges one environment. `loadstone.resolve.diagnosing.diagnose` looks around too, and gives the ``advice``
    without which remedies are left out that lead elsewhere.
    """
    from loadstone.environment import Alternatives  # noqa: PLC0415 - only descriptions need it
    from loadstone.rules.verdict import verdict, verdict_on_all  # noqa: PLC0415 - it imports RULES from here

    if isinstance(environment, Alternatives):
        return verdict_on_all(artifact, environment, needs=needs, advice=advice)
    return verdict(artifact, environment, needs=needs, advice=advice)


def rule(code: str) -> Rule:
    """The rule with a code, in whatever case it is written.

    Raises:
        LoadstoneError: no rule has it.
    """
    found = next((each for each in RULES if each.code == code.upper()), None)
    if found is None:
        raise LoadstoneError(f"{code} is no finding's code; the codes are {RULES[0].code} to {RULES[-1].code}")
    return found
