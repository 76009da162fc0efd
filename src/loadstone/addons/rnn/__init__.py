"""Cells for ``keras.layers.RNN``."""

from __future__ import annotations

from loadstone.addons.rnn.esn_cell import ESNCell
from loadstone.addons.rnn.layer_norm_lstm_cell import LayerNormLSTMCell
from loadstone.addons.rnn.layer_norm_simple_rnn_cell import LayerNormSimpleRNNCell
from loadstone.addons.rnn.nas_cell import NASCell
from loadstone.addons.rnn.peephole_lstm_cell import PeepholeLSTMCell

__all__ = ["ESNCell", "LayerNormLSTMCell", "LayerNormSimpleRNNCell", "NASCell", "PeepholeLSTMCell"]
