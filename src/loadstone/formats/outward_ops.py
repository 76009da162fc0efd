"""Operations of TensorFlow by what they do beside computing, from the registry of TensorFlow 2.21."""

from __future__ import annotations

from typing import Final

#: Every model has these in the functions of its saver, and nowhere else.
SAVER: Final = frozenset(
    [
        "DistributedSave",
        "DTensorRestoreV2",
        "MergeV2Checkpoints",
        "Restore",
        "RestoreSlice",
        "RestoreV2",
        "Save",
        "SaveSlices",
        "SaveV2",
    ]
)

#: They fill a table from a file, which is in order where that file is an asset of the model.
ASSET_READING: Final = frozenset({"InitializeTableFromTextFile", "InitializeTableFromTextFileV2"})

#: They run a graph that reaches them as a value.
GRAPH_RUNNING: Final = frozenset({"DatasetFromGraph", "RemoteFusedGraphExecute"})

#: A token for a function of the Python process that traced it: it carries no code, and fails in every other process.
PYTHON: Final = frozenset({"EagerPyFunc", "PyFunc", "PyFuncStateless"})

_READING = """
    BigQueryReader CacheDataset CacheDatasetV2 DataServiceDataset DataServiceDatasetV2 DataServiceDatasetV3
    DataServiceDatasetV4 ExperimentalMatchingFilesDataset ExperimentalSqlDataset FixedLengthRecordDataset
    FixedLengthRecordDatasetV2 FixedLengthRecordReader FixedLengthRecordReaderV2
    GenerateBigQueryReaderPartitions GenerateVocabRemapping ImmutableConst ListSnapshotChunksDataset LMDBDataset
    LMDBReader LoadAndRemapMatrix LoadDataset MatchingFiles MatchingFilesDataset ReadFile RecordInput
    SnapshotChunkDataset SnapshotDataset SnapshotDatasetReader SnapshotDatasetV2 SnapshotNestedDatasetReader
    SqlDataset TextLineDataset TextLineReader TextLineReaderV2 TFRecordDataset TFRecordDatasetV2 TFRecordReader
    TFRecordReaderV2 WholeFileReader WholeFileReaderV2
"""
_WRITING = """
    CalibrationStatisticsSaver CloseSummaryWriter CreateSummaryDbWriter CreateSummaryFileWriter
    DatasetToTFRecord DebugIdentity DebugIdentityV2 DebugIdentityV3 DebugNanCount DebugNumericSummary
    DebugNumericSummaryV2 ExperimentalDatasetToTFRecord FileSystemSetConfiguration FlushSummaryWriter
    ImportEvent PrintV2 SaveDataset SaveDatasetV2 SummaryWriter WriteAudioSummary WriteFile WriteGraphSummary
    WriteHistogramSummary WriteImageSummary WriteRawProtoSummary WriteScalarSummary WriteSummary
"""
_PROCESSES = """
    Abort RegisterDataset RegisterDatasetV2 RemoteCall Rpc RpcCall RpcCheckStatus RpcClient RpcGetValue
    RpcServer RpcServerRegister RpcServerStart TryRpc
"""

OUTWARD: Final = (
    SAVER
    | ASSET_READING
    | GRAPH_RUNNING
    | PYTHON
    | frozenset(_READING.split())
    | frozenset(_WRITING.split())
    | frozenset(_PROCESSES.split())
)

#: The most frequent operations, none of which names a function or a file: their attributes need not be looked at.
_PLAIN = """
    Add AddN AddV2 All Any Assert AssignVariableOp AvgPool BatchMatMulV2 BiasAdd BroadcastGradientArgs Cast
    ConcatOffset ConcatV2 Conv2D CudnnRNN CudnnRNNBackprop CudnnRNNBackpropV3 CudnnRNNV3 Cumsum
    DepthwiseConv2dNative DisableCopyOnRead Einsum Elu EmptyTensorList Equal Erf Exp ExpandDims Fill FloorMod
    FusedBatchNormV3 GatherV2 Greater GreaterEqual Identity IdentityN InvertPermutation LeakyRelu Less LessEqual
    Log LogicalAnd LogicalNot LogicalOr MatMul Max Maximum MaxPool Mean Min Minimum Mul Neg NoOp NotEqual
    OnesLike OptionalFromValue OptionalGetValue OptionalNone Pack Pad Placeholder PlaceholderWithDefault Pow
    Prod RandomUniform Range ReadVariableOp RealDiv Relu Relu6 Reshape ResourceGather ReverseSequence ReverseV2
    Rsqrt Select SelectV2 Selu Shape ShardedFilename Sigmoid SigmoidGrad Slice Softmax Softplus Split SplitV
    Sqrt Square SquaredDifference Squeeze StaticRegexFullMatch StopGradient StridedSlice StridedSliceGrad
    StringJoin Sub Sum Tanh TanhGrad TensorListElementShape TensorListFromTensor TensorListGetItem
    TensorListLength TensorListPopBack TensorListPushBack TensorListReserve TensorListSetItem TensorListStack
    Tile Transpose Unpack VarHandleOp Variable VariableV2 VarIsInitializedOp ZerosLike
"""
PLAIN: Final = frozenset(_PLAIN.split())
