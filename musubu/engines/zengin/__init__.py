"""Files by the Japanese Bankers Association's layouts (全銀協): transfers, direct debits, deposit notices."""

from musubu.engines.zengin.characters import CharacterError, check_bank_name, check_name, kana
from musubu.engines.zengin.files import (
    Collection,
    Debit,
    Deposit,
    Transfer,
    account_of,
    debit_head,
    debit_request,
    read_debit_result,
    read_deposits,
    transfers,
)
from musubu.engines.zengin.records import FileError
from musubu.engines.zengin.statement import read_money_in

__all__ = [
    "CharacterError", "Collection", "Debit", "Deposit", "FileError", "Transfer", "account_of", "check_bank_name", "check_name",
    "debit_head", "debit_request", "kana", "read_debit_result", "read_deposits", "read_money_in", "transfers",
]  # fmt: skip
