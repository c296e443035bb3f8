// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// One function per ROP. A ROP without one here is parsed and answered with ecNotSupported.
#include "proto/rop/rops.h"
#include "session/call.h"

namespace oxb::session {

template <class Rop>
Reply<Rop> handle(Of<Rop>, Call&, const typename Rop::Request&) {
  co_return refuse(EcCode::not_supported);
}

// logon.cc
Reply<rop::Logon> handle(Of<rop::Logon>, Call&, const rop::Logon::Request&);
Reply<rop::GetReceiveFolder> handle(Of<rop::GetReceiveFolder>, Call&, const rop::GetReceiveFolder::Request&);
Reply<rop::SetReceiveFolder> handle(Of<rop::SetReceiveFolder>, Call&, const rop::SetReceiveFolder::Request&);
Reply<rop::GetReceiveFolderTable> handle(Of<rop::GetReceiveFolderTable>, Call&,
                                         const rop::GetReceiveFolderTable::Request&);
Reply<rop::GetStoreState> handle(Of<rop::GetStoreState>, Call&, const rop::GetStoreState::Request&);
Reply<rop::PublicFolderIsGhosted> handle(Of<rop::PublicFolderIsGhosted>, Call&,
                                         const rop::PublicFolderIsGhosted::Request&);
Reply<rop::LongTermIdFromId> handle(Of<rop::LongTermIdFromId>, Call&, const rop::LongTermIdFromId::Request&);
Reply<rop::IdFromLongTermId> handle(Of<rop::IdFromLongTermId>, Call&, const rop::IdFromLongTermId::Request&);
Reply<rop::GetPerUserLongTermIds> handle(Of<rop::GetPerUserLongTermIds>, Call&,
                                         const rop::GetPerUserLongTermIds::Request&);
Reply<rop::GetPerUserGuid> handle(Of<rop::GetPerUserGuid>, Call&, const rop::GetPerUserGuid::Request&);
Reply<rop::ReadPerUserInformation> handle(Of<rop::ReadPerUserInformation>, Call&,
                                          const rop::ReadPerUserInformation::Request&);
Reply<rop::WritePerUserInformation> handle(Of<rop::WritePerUserInformation>, Call&,
                                           const rop::WritePerUserInformation::Request&);

// folder.cc
Reply<rop::OpenFolder> handle(Of<rop::OpenFolder>, Call&, const rop::OpenFolder::Request&);
Reply<rop::GetHierarchyTable> handle(Of<rop::GetHierarchyTable>, Call&, const rop::GetHierarchyTable::Request&);
Reply<rop::GetContentsTable> handle(Of<rop::GetContentsTable>, Call&, const rop::GetContentsTable::Request&);

// folder_write.cc
Reply<rop::CreateFolder> handle(Of<rop::CreateFolder>, Call&, const rop::CreateFolder::Request&);
Reply<rop::DeleteFolder> handle(Of<rop::DeleteFolder>, Call&, const rop::DeleteFolder::Request&);
Reply<rop::MoveFolder> handle(Of<rop::MoveFolder>, Call&, const rop::MoveFolder::Request&);
Reply<rop::CopyFolder> handle(Of<rop::CopyFolder>, Call&, const rop::CopyFolder::Request&);

// search.cc
Reply<rop::SetSearchCriteria> handle(Of<rop::SetSearchCriteria>, Call&, const rop::SetSearchCriteria::Request&);
Reply<rop::GetSearchCriteria> handle(Of<rop::GetSearchCriteria>, Call&, const rop::GetSearchCriteria::Request&);

// transfer.cc
Reply<rop::DeleteMessages> handle(Of<rop::DeleteMessages>, Call&, const rop::DeleteMessages::Request&);
Reply<rop::HardDeleteMessages> handle(Of<rop::HardDeleteMessages>, Call&, const rop::HardDeleteMessages::Request&);
Reply<rop::EmptyFolder> handle(Of<rop::EmptyFolder>, Call&, const rop::EmptyFolder::Request&);
Reply<rop::HardDeleteMessagesAndSubfolders> handle(Of<rop::HardDeleteMessagesAndSubfolders>, Call&,
                                                   const rop::HardDeleteMessagesAndSubfolders::Request&);
Reply<rop::MoveCopyMessages> handle(Of<rop::MoveCopyMessages>, Call&, const rop::MoveCopyMessages::Request&);

// transport.cc
Reply<rop::SubmitMessage> handle(Of<rop::SubmitMessage>, Call&, const rop::SubmitMessage::Request&);
Reply<rop::AbortSubmit> handle(Of<rop::AbortSubmit>, Call&, const rop::AbortSubmit::Request&);
Reply<rop::TransportSend> handle(Of<rop::TransportSend>, Call&, const rop::TransportSend::Request&);
Reply<rop::SpoolerLockMessage> handle(Of<rop::SpoolerLockMessage>, Call&, const rop::SpoolerLockMessage::Request&);
Reply<rop::UpdateDeferredActionMessages> handle(Of<rop::UpdateDeferredActionMessages>, Call&,
                                                const rop::UpdateDeferredActionMessages::Request&);

// table.cc
Reply<rop::SetColumns> handle(Of<rop::SetColumns>, Call&, const rop::SetColumns::Request&);
Reply<rop::SortTable> handle(Of<rop::SortTable>, Call&, const rop::SortTable::Request&);
Reply<rop::Restrict> handle(Of<rop::Restrict>, Call&, const rop::Restrict::Request&);
Reply<rop::QueryRows> handle(Of<rop::QueryRows>, Call&, const rop::QueryRows::Request&);
Reply<rop::GetStatus> handle(Of<rop::GetStatus>, Call&, const rop::GetStatus::Request&);
Reply<rop::Abort> handle(Of<rop::Abort>, Call&, const rop::Abort::Request&);
Reply<rop::QueryPosition> handle(Of<rop::QueryPosition>, Call&, const rop::QueryPosition::Request&);
Reply<rop::SeekRow> handle(Of<rop::SeekRow>, Call&, const rop::SeekRow::Request&);
Reply<rop::SeekRowBookmark> handle(Of<rop::SeekRowBookmark>, Call&, const rop::SeekRowBookmark::Request&);
Reply<rop::SeekRowFractional> handle(Of<rop::SeekRowFractional>, Call&, const rop::SeekRowFractional::Request&);
Reply<rop::CreateBookmark> handle(Of<rop::CreateBookmark>, Call&, const rop::CreateBookmark::Request&);
Reply<rop::FreeBookmark> handle(Of<rop::FreeBookmark>, Call&, const rop::FreeBookmark::Request&);
Reply<rop::QueryColumnsAll> handle(Of<rop::QueryColumnsAll>, Call&, const rop::QueryColumnsAll::Request&);
Reply<rop::FindRow> handle(Of<rop::FindRow>, Call&, const rop::FindRow::Request&);
Reply<rop::ResetTable> handle(Of<rop::ResetTable>, Call&, const rop::ResetTable::Request&);
Reply<rop::ExpandRow> handle(Of<rop::ExpandRow>, Call&, const rop::ExpandRow::Request&);
Reply<rop::CollapseRow> handle(Of<rop::CollapseRow>, Call&, const rop::CollapseRow::Request&);
Reply<rop::GetCollapseState> handle(Of<rop::GetCollapseState>, Call&, const rop::GetCollapseState::Request&);
Reply<rop::SetCollapseState> handle(Of<rop::SetCollapseState>, Call&, const rop::SetCollapseState::Request&);

// message.cc
Reply<rop::OpenMessage> handle(Of<rop::OpenMessage>, Call&, const rop::OpenMessage::Request&);
Reply<rop::CreateMessage> handle(Of<rop::CreateMessage>, Call&, const rop::CreateMessage::Request&);
Reply<rop::SaveChangesMessage> handle(Of<rop::SaveChangesMessage>, Call&, const rop::SaveChangesMessage::Request&);
Reply<rop::ReloadCachedInformation> handle(Of<rop::ReloadCachedInformation>, Call&,
                                           const rop::ReloadCachedInformation::Request&);

// recipient.cc
Reply<rop::ReadRecipients> handle(Of<rop::ReadRecipients>, Call&, const rop::ReadRecipients::Request&);
Reply<rop::ModifyRecipients> handle(Of<rop::ModifyRecipients>, Call&, const rop::ModifyRecipients::Request&);
Reply<rop::RemoveAllRecipients> handle(Of<rop::RemoveAllRecipients>, Call&, const rop::RemoveAllRecipients::Request&);

// read_state.cc
Reply<rop::SetMessageStatus> handle(Of<rop::SetMessageStatus>, Call&, const rop::SetMessageStatus::Request&);
Reply<rop::GetMessageStatus> handle(Of<rop::GetMessageStatus>, Call&, const rop::GetMessageStatus::Request&);
Reply<rop::SetReadFlags> handle(Of<rop::SetReadFlags>, Call&, const rop::SetReadFlags::Request&);
Reply<rop::SetMessageReadFlag> handle(Of<rop::SetMessageReadFlag>, Call&, const rop::SetMessageReadFlag::Request&);

// attachment.cc
Reply<rop::GetAttachmentTable> handle(Of<rop::GetAttachmentTable>, Call&, const rop::GetAttachmentTable::Request&);
Reply<rop::GetValidAttachments> handle(Of<rop::GetValidAttachments>, Call&, const rop::GetValidAttachments::Request&);
Reply<rop::OpenAttachment> handle(Of<rop::OpenAttachment>, Call&, const rop::OpenAttachment::Request&);
Reply<rop::CreateAttachment> handle(Of<rop::CreateAttachment>, Call&, const rop::CreateAttachment::Request&);
Reply<rop::SaveChangesAttachment> handle(Of<rop::SaveChangesAttachment>, Call&,
                                         const rop::SaveChangesAttachment::Request&);
Reply<rop::DeleteAttachment> handle(Of<rop::DeleteAttachment>, Call&, const rop::DeleteAttachment::Request&);
Reply<rop::OpenEmbeddedMessage> handle(Of<rop::OpenEmbeddedMessage>, Call&, const rop::OpenEmbeddedMessage::Request&);

// property.cc
Reply<rop::GetPropertiesSpecific> handle(Of<rop::GetPropertiesSpecific>, Call&,
                                         const rop::GetPropertiesSpecific::Request&);
Reply<rop::GetPropertiesAll> handle(Of<rop::GetPropertiesAll>, Call&, const rop::GetPropertiesAll::Request&);
Reply<rop::GetPropertiesList> handle(Of<rop::GetPropertiesList>, Call&, const rop::GetPropertiesList::Request&);
Reply<rop::SetProperties> handle(Of<rop::SetProperties>, Call&, const rop::SetProperties::Request&);
Reply<rop::SetPropertiesNoReplicate> handle(Of<rop::SetPropertiesNoReplicate>, Call&,
                                            const rop::SetPropertiesNoReplicate::Request&);
Reply<rop::DeleteProperties> handle(Of<rop::DeleteProperties>, Call&, const rop::DeleteProperties::Request&);
Reply<rop::DeletePropertiesNoReplicate> handle(Of<rop::DeletePropertiesNoReplicate>, Call&,
                                               const rop::DeletePropertiesNoReplicate::Request&);
Reply<rop::GetPropertyIdsFromNames> handle(Of<rop::GetPropertyIdsFromNames>, Call&,
                                           const rop::GetPropertyIdsFromNames::Request&);
Reply<rop::GetNamesFromPropertyIds> handle(Of<rop::GetNamesFromPropertyIds>, Call&,
                                           const rop::GetNamesFromPropertyIds::Request&);
Reply<rop::QueryNamedProperties> handle(Of<rop::QueryNamedProperties>, Call&,
                                        const rop::QueryNamedProperties::Request&);

// copy.cc
Reply<rop::CopyProperties> handle(Of<rop::CopyProperties>, Call&, const rop::CopyProperties::Request&);
Reply<rop::CopyTo> handle(Of<rop::CopyTo>, Call&, const rop::CopyTo::Request&);

// stream.cc
Reply<rop::OpenStream> handle(Of<rop::OpenStream>, Call&, const rop::OpenStream::Request&);
Reply<rop::ReadStream> handle(Of<rop::ReadStream>, Call&, const rop::ReadStream::Request&);
Reply<rop::WriteStream> handle(Of<rop::WriteStream>, Call&, const rop::WriteStream::Request&);
Reply<rop::WriteStreamExtended> handle(Of<rop::WriteStreamExtended>, Call&, const rop::WriteStreamExtended::Request&);
Reply<rop::WriteAndCommitStream> handle(Of<rop::WriteAndCommitStream>, Call&,
                                        const rop::WriteAndCommitStream::Request&);
Reply<rop::CommitStream> handle(Of<rop::CommitStream>, Call&, const rop::CommitStream::Request&);
Reply<rop::GetStreamSize> handle(Of<rop::GetStreamSize>, Call&, const rop::GetStreamSize::Request&);
Reply<rop::SetStreamSize> handle(Of<rop::SetStreamSize>, Call&, const rop::SetStreamSize::Request&);
Reply<rop::SeekStream> handle(Of<rop::SeekStream>, Call&, const rop::SeekStream::Request&);
Reply<rop::CopyToStream> handle(Of<rop::CopyToStream>, Call&, const rop::CopyToStream::Request&);
Reply<rop::LockRegionStream> handle(Of<rop::LockRegionStream>, Call&, const rop::LockRegionStream::Request&);
Reply<rop::UnlockRegionStream> handle(Of<rop::UnlockRegionStream>, Call&, const rop::UnlockRegionStream::Request&);
Reply<rop::CloneStream> handle(Of<rop::CloneStream>, Call&, const rop::CloneStream::Request&);

// other.cc
Reply<rop::RegisterNotification> handle(Of<rop::RegisterNotification>, Call&,
                                        const rop::RegisterNotification::Request&);
Reply<rop::GetPermissionsTable> handle(Of<rop::GetPermissionsTable>, Call&, const rop::GetPermissionsTable::Request&);
Reply<rop::GetRulesTable> handle(Of<rop::GetRulesTable>, Call&, const rop::GetRulesTable::Request&);
Reply<rop::GetAddressTypes> handle(Of<rop::GetAddressTypes>, Call&, const rop::GetAddressTypes::Request&);
Reply<rop::GetTransportFolder> handle(Of<rop::GetTransportFolder>, Call&, const rop::GetTransportFolder::Request&);
Reply<rop::SetSpooler> handle(Of<rop::SetSpooler>, Call&, const rop::SetSpooler::Request&);
Reply<rop::TransportNewMail> handle(Of<rop::TransportNewMail>, Call&, const rop::TransportNewMail::Request&);
Reply<rop::OptionsData> handle(Of<rop::OptionsData>, Call&, const rop::OptionsData::Request&);
Reply<rop::TellVersion> handle(Of<rop::TellVersion>, Call&, const rop::TellVersion::Request&);

}  // namespace oxb::session
